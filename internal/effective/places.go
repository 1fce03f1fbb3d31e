package effective

import (
	"fmt"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/config"
)

// places says where each value of a file stands that was written, by its key.
func places(f config.File) map[string]config.Place {
	m := map[string]config.Place{}
	put := func(p config.Place, path ...string) {
		if p.Set {
			m[strings.Join(path, ".")] = p
		}
	}
	put(f.Mode.Place, "mode")
	put(f.Comment.Place, "comment")
	put(f.Timezone.Place, "timezone")
	put(f.Branches.Place, "branches")
	for _, e := range f.Sections.Entries {
		put(e.V.Title.Place, "sections", e.Key, "title")
		put(e.V.Also.Place, "sections", e.Key, "also")
		put(e.V.Hint.Place, "sections", e.Key, "hint")
		put(e.V.Require.Place, "sections", e.Key, "require")
		put(e.V.RollForward.Place, "sections", e.Key, "roll-forward")
	}
	put(f.DiffSize.WarnAbove.Place, "diff-size", "warn-above")
	put(f.DiffSize.BlockAbove.Place, "diff-size", "block-above")
	put(f.DiffSize.WarnAboveFiles.Place, "diff-size", "warn-above-files")
	put(f.DiffSize.Ignore.Place, "diff-size", "ignore")
	for _, e := range f.Irreversible.Entries {
		put(e.V.Severity.Place, "irreversible", e.Key, "severity")
		put(e.V.Ignore.Place, "irreversible", e.Key, "ignore")
		put(e.V.Paths.Place, "irreversible", e.Key, "paths")
		put(e.V.Ask.Place, "irreversible", e.Key, "ask")
		put(e.V.Way.Place, "irreversible", e.Key, "way")
	}
	for _, e := range f.Systems.Entries {
		put(e.V.Paths.Place, "systems", e.Key, "paths")
		put(e.V.Also.Place, "systems", e.Key, "also")
	}
	put(f.BlastRadius.Place, "blast-radius")
	put(f.Tasks.Place, "tasks")
	for i, fr := range f.Freeze.Items {
		put(fr.Place, "freeze", fmt.Sprintf("[%d]", i))
	}
	put(f.FreezeSeverity.Place, "freeze-severity")
	put(f.Hours.Staffed.Place, "hours", "staffed")
	put(f.Hours.Watch.Place, "hours", "watch")
	put(f.Hours.Severity.Place, "hours", "severity")
	put(f.Exempt.Authors.Place, "exempt", "authors")
	put(f.Exempt.Paths.Place, "exempt", "paths")
	put(f.Override.By.Place, "override", "by")
	put(f.Override.Author.Place, "override", "author")
	put(f.Override.Expires.Place, "override", "expires")
	return m
}

// beside are the values of a file that no verdict depends on, and those that
// say who may override it.
func beside(f config.File) []value {
	defaultBy := []string{"maintain", "admin"}
	by := words(defaultBy)
	if f.Override.By.Set {
		if by = words(f.Override.By.Values()); by == "" {
			by = "[]"
		}
	}
	return []value{
		at(string(f.Comment.Or(config.CommentWhenNeeded)), "comment"),
		at(words(f.Branches.Values()), "branches"),
		at(by, "override", "by"),
		at(string(f.Override.Author.Or(config.AuthorNever)), "override", "author"),
		at(duration(f.Override.Expires.Or(24*time.Hour)), "override", "expires"),
	}
}

package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func versionOf(t *testing.T, name, commit, text string) Version {
	t.Helper()
	f, problems := Parse(name, []byte(text))
	return Version{File: &f, Problems: problems, Commit: commit, Blob: "blob-" + commit}
}

// TestInForce goes through every state of both files.
func TestInForce(t *testing.T) {
	type row struct {
		name    string
		reading func(name string) Reading
		want    string   // the commit in force, empty: none
		notes   []string // codes
		unknown bool
		visible bool
	}
	const broken = "diff-size: {block-above: many}"
	valid := func(name, commit string) Version { return versionOf(t, name, commit, "mode: enforce") }
	bad := func(name, commit string) Version { return versionOf(t, name, commit, broken) }
	seen := func(name string) *Version { v := valid(name, "seen"); return &v }
	invalid := []string{"policy/invalid"}
	rows := []row{
		{"present", func(n string) Reading { return Read(n, valid(n, "c9")) }, "c9", nil, false, true},
		{"present, another seen before", func(n string) Reading {
			r := Read(n, valid(n, "c9"))
			r.Seen = seen(n)
			return r
		}, "c9", nil, false, true},
		{"present, with a key that is not known", func(n string) Reading { return Read(n, versionOf(t, n, "c9", "moed: audit")) }, "c9", []string{"policy/unknown-key"}, false, true},
		{"absent", func(n string) Reading { return Reading{State: Absent, Name: n} }, "", nil, false, true},
		{"absent, one seen before", func(n string) Reading { return Reading{State: Absent, Name: n, Seen: seen(n)} }, "", nil, false, true},
		{"broken, the one before is valid", func(n string) Reading { return Read(n, bad(n, "c9"), valid(n, "c8"), valid(n, "c7")) }, "c8", invalid, false, true},
		{"broken, an earlier one is valid", func(n string) Reading { return Read(n, bad(n, "c9"), bad(n, "c8"), valid(n, "c7")) }, "c7", invalid, false, true},
		{"broken, one seen before", func(n string) Reading {
			r := Read(n, bad(n, "c9"))
			r.Seen = seen(n)
			return r
		}, "seen", invalid, false, true},
		{"broken, another seen before", func(n string) Reading {
			r := Read(n, bad(n, "c9"), valid(n, "c8"))
			r.Seen = seen(n)
			return r
		}, "c8", invalid, false, true},
		{"never valid", func(n string) Reading { return Read(n, bad(n, "c9"), bad(n, "c8")) }, "", invalid, false, true},
		{"unknown", func(n string) Reading { return Reading{Name: n, Why: "GitHub answered 502"} }, "", nil, true, false},
		{"unknown, one seen before", func(n string) Reading { return Reading{Name: n, Seen: seen(n), Why: "GitHub answered 502"} }, "", nil, true, false},
		{"not visible", func(n string) Reading { return Reading{State: NotVisible, Name: n} }, "", []string{"policy/not-visible"}, false, false},
		{"not visible, one seen before", func(n string) Reading { return Reading{State: NotVisible, Name: n, Seen: seen(n)} }, "seen", []string{"policy/not-visible"}, false, false},
	}
	commit := func(v *Version) string {
		if v == nil {
			return ""
		}
		return v.Commit
	}
	change := payments(goodAll)
	for _, org := range rows {
		for _, repo := range rows {
			t.Run(org.name+" and "+repo.name, func(t *testing.T) {
				f := Decide(org.reading("acme/.github:backout.yml"), repo.reading(".github/backout.yml"))
				if unknown := org.unknown || repo.unknown; unknown != (len(f.Unknown) > 0) {
					t.Fatalf("unknown: %v", f.Unknown)
				} else if unknown {
					if f.Organisation != nil || f.Repository != nil || !strings.HasSuffix(f.Unknown[0], ".yml: GitHub answered 502") {
						t.Errorf("%+v", f)
					}
					return
				}
				if got := [2]string{commit(f.Organisation), commit(f.Repository)}; got != [2]string{org.want, repo.want} {
					t.Errorf("in force are %q", got)
				}
				if f.FloorVisible != org.visible {
					t.Errorf("the floor is visible: %v", f.FloorVisible)
				}
				m := f.Policy(Where{Repository: "shop", At: atWork, Bare: checks.Audit}, change)
				var codes []string
				for _, n := range m.Policy.Notes {
					codes = append(codes, n.Code)
				}
				want := slices.Concat(org.notes, repo.notes)
				slices.Sort(codes)
				slices.Sort(want)
				if diff := cmp.Diff(want, codes); diff != "" {
					t.Errorf("notes (-want +got):\n%s", diff)
				}
				mode := checks.Audit
				if org.want != "" || repo.want != "" {
					mode = checks.Enforce
				}
				if m.Policy.Mode != mode {
					t.Errorf("mode %s, want %s", m.Policy.Mode, mode)
				}
				var sources []string
				for _, s := range m.Policy.Sources {
					sources = append(sources, s.Source+" "+s.Version)
				}
				var inForce []string
				if org.want != "" {
					inForce = append(inForce, "acme/.github:backout.yml blob-"+org.want)
				}
				if repo.want != "" {
					inForce = append(inForce, ".github/backout.yml blob-"+repo.want)
				}
				if diff := cmp.Diff(inForce, sources); diff != "" {
					t.Errorf("sources (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestWhatIsSaidOfPolicyFiles(t *testing.T) {
	const name = ".github/backout.yml"
	bad := versionOf(t, name, "1234567890", "mode: enforce\n\ndiff-size: {block-above: many}")
	old := versionOf(t, name, "abcdef1234", "mode: audit")
	for _, tt := range []struct {
		name string
		r    Reading
		want string
	}{
		{"an earlier version", Read(name, bad, old), ".github/backout.yml is broken at line 3: %s. It came with commit 1234567. In force is the version of commit abcdef1."},
		{"no valid version", Read(name, bad), ".github/backout.yml is broken at line 3: %s. It came with commit 1234567. No valid version of it is known, so that nothing of it is in force."},
		{"remembered", Reading{State: NotVisible, Name: name, Seen: &old}, "The repository's policy is not visible: whether there is a file .github/backout.yml could not be seen. What was last seen of it stays in force."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Decide(Reading{State: Absent}, tt.r)
			want := tt.want
			if strings.Contains(want, "%s") {
				want = fmt.Sprintf(want, bad.Problems[0].Message)
			}
			if len(f.Notes) != 1 || f.Notes[0].Message != want {
				t.Errorf("notes %+v, want %s", f.Notes, want)
			}
		})
	}
}

// The verdict says once what the repository does not get.
func TestOverruledIsSaidOnce(t *testing.T) {
	org := versionOf(t, "acme/.github:backout.yml", "c1", "irreversible: {search-mapping: {paths: [\"search/**\"]}}")
	repo := versionOf(t, ".github/backout.yml", "c2", "mode: audit\ndiff-size: {block-above: off, warn-above: 900, warn-above-files: off}\ntasks: off\nirreversible: {search-mapping: off}\nfreeze-severity: off\nblast-radius: off\n")
	f := Decide(Read(org.File.Name, org), Read(repo.File.Name, repo))
	v := checks.Evaluate(f.Policy(Where{At: atWork}, payments(goodAll)).Policy, payments(goodAll), atWork)
	const want = ".github/backout.yml asks for what does not apply: mode: audit (line 1): enforce stands; diff-size.warn-above: 900 (line 2): 400 stands; " +
		"diff-size.block-above: off (line 2): 1000 stands; diff-size.warn-above-files: off (line 2): 50 stands; irreversible.search-mapping.severity: off (line 4): block stands; and 2 more."
	if len(v.Findings) != 1 || v.Findings[0].Message != want || v.Findings[0].Severity != checks.Note || v.Title != "Passes" {
		t.Errorf("%s\n%s", v.Title, findings(v))
	}
}

// A repository's file that asks for the impossible can be mended, and its mode
// is no way around.
func TestAChangeOfNothingButPolicyFiles(t *testing.T) {
	org := versionOf(t, "acme/.github:backout.yml", "c1", "timezone: UTC\nfreeze: [{from: 2026-11-01T00:00, until: 2026-12-01T00:00}]")
	repo := versionOf(t, ".github/backout.yml", "c2", "sections: {impossible: {require: always}}\ndiff-size: {block-above: 1}")
	c := payments(goodAll)
	c.Files = []checks.File{{Path: ".github/backout.yml", Status: checks.Modified, Additions: 5, Patch: "@@ -1 +1,2 @@\n a\n+b"}}
	for _, tt := range []struct {
		name      string
		org, repo Reading
		body      string
		title     string
	}{
		{"by the floor", Read(org.File.Name, org), Read(repo.File.Name, repo), goodAll, "Passes"},
		{"by the defaults", Reading{State: Absent}, Read(repo.File.Name, repo), goodAll, "Passes"},
		{"without a plan", Reading{State: Absent}, Read(repo.File.Name, repo), "", "Blocked: the rollback plan is missing"},
		{"the first file", Reading{State: Absent}, Reading{State: Absent}, "", "Reports only: would block, the rollback plan is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.Body = tt.body
			p := Decide(tt.org, tt.repo).Policy(Where{At: atWork, Bare: checks.Audit}, c).Policy
			if v := checks.Evaluate(p, c, atWork); v.Title != tt.title {
				t.Errorf("%s\n%s", v.Title, findings(v))
			}
		})
	}
}

// A floor that was seen once stays until somebody sees that it is gone.
func TestAFloorStays(t *testing.T) {
	floor := versionOf(t, "acme/.github:backout.yml", "c1", "tasks: block")
	own := Read(".github/backout.yml", versionOf(t, ".github/backout.yml", "c2", "tasks: off"))
	open := payments(goodAll + "\n- [ ] tell support\n")
	seen := &floor
	for _, step := range []struct {
		state   State
		blocked bool
	}{{NotVisible, true}, {NotVisible, true}, {Absent, false}, {NotVisible, false}} {
		f := Decide(Reading{State: step.state, Name: floor.File.Name, Seen: seen}, own)
		v := checks.Evaluate(f.Policy(Where{At: time.Time{}}, open).Policy, open, atWork)
		if v.Blocked != step.blocked {
			t.Errorf("state %d: blocked %v", step.state, v.Blocked)
		}
		seen = f.Organisation
	}
}

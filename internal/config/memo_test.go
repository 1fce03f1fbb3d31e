package config

import (
	"reflect"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
)

func TestMemoGivesWhatMergeGives(t *testing.T) {
	version := func(name, blob, text string) *Version {
		f, problems := Reader{}.Parse(name, []byte(text))
		if !Valid(problems) {
			t.Fatal(problems)
		}
		return &Version{File: &f, Blob: blob}
	}
	monday := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	org := version("acme/.github:backout.yml", "a1", "version: 1\ntimezone: UTC\nenforce: {from: 2026-03-02T13:00, repositories: [shop*]}\n")
	tighter := version("acme/.github:backout.yml", "a2", "version: 1\nsize: {block-above: 100}\n")
	repo := version(".github/backout.yml", "b1", "version: 1\nsize: {block-above: 50}\n")
	unnamed := version(".github/backout.yml", "", "version: 1\nsize: {block-above: 40}\n")
	var memo Memo
	for _, tt := range []struct {
		name      string
		org, repo *Version
		w         Where
	}{
		{"nothing", nil, nil, Where{At: monday, Bare: checks.Enforce}},
		{"nothing, and another mode", nil, nil, Where{At: monday, Bare: checks.Audit}},
		{"the organisation's, before it is enforced", org, nil, Where{Repository: "shop", At: monday}},
		{"the same a minute later", org, nil, Where{Repository: "shop", At: monday.Add(time.Minute)}},
		{"the same a minute earlier", org, nil, Where{Repository: "shop", At: monday.Add(-time.Minute)}},
		{"enforced", org, nil, Where{Repository: "shop", At: monday.Add(time.Hour)}},
		{"before it is enforced again", org, nil, Where{Repository: "shop", At: monday}},
		{"another repository", org, nil, Where{Repository: "blog", At: monday.Add(time.Hour)}},
		{"another one that had the name", org, nil, Where{Repository: "blog", Former: []string{"shop"}, At: monday.Add(time.Hour)}},
		{"both", org, repo, Where{Repository: "shop", At: monday.Add(time.Hour)}},
		{"another blob of the organisation's", tighter, repo, Where{Repository: "shop", At: monday.Add(time.Hour)}},
		{"a version without a blob", tighter, unnamed, Where{Repository: "shop", At: monday.Add(time.Hour)}},
		{"the repository's alone", nil, repo, Where{Repository: "shop", At: monday.Add(time.Hour)}},
	} {
		want := Merge(tt.org.file(), tt.repo.file(), tt.w)
		for range 2 {
			if got := memo.merge(tt.org, tt.repo, tt.w); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, want %+v", tt.name, got, want)
			}
		}
	}
	if memo.came[memoKey{repo: "b1 .github/backout.yml", repository: "shop"}].Policy.Sections == nil {
		t.Error("nothing is remembered: this shows nothing")
	}
}

func TestMemoIsBounded(t *testing.T) {
	var memo Memo
	for i := range 3 * maxMemo {
		memo.merge(nil, nil, Where{At: time.Unix(int64(i), 0), Repository: time.Duration(i).String()})
	}
	if len(memo.came) > maxMemo {
		t.Errorf("%d are remembered", len(memo.came))
	}
}

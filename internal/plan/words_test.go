package plan

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEveryWordFileIsRead(t *testing.T) {
	entries, err := os.ReadDir("words")
	if err != nil {
		t.Fatal(err)
	}
	var files, listed []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".txt"); ok {
			files = append(files, name)
		}
	}
	for _, l := range languages {
		listed = append(listed, l.name)
	}
	slices.Sort(listed)
	if !slices.Equal(files, listed) {
		t.Errorf("files %v, languages %v", files, listed)
	}
	for f := range families {
		if _, err := readLexicon(f, 1, func(topic) bool { return true }); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryListIsExplained(t *testing.T) {
	readme, err := os.ReadFile("words/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range topicNames {
		if !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("words/README.md does not explain %q", name)
		}
	}
	if len(topicNames) != int(topics) {
		t.Errorf("%d topics, %d names", topics, len(topicNames))
	}
}

func TestNotation(t *testing.T) {
	l := newLexicon(0)
	if err := l.read(0, "== back ==\nrevert*; (turn|switch) … off; put (it|) back; set ` to <n>; roll … back; roll out; (undo|cancel) the deploy; (cancel|) the job; cancel the train; (stop|halt) it; (stop|end) this; (stop|end) that; 关闭…开关", func(topic) bool { return true }); err != nil {
		t.Fatal(err)
	}
	l.index()
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"Reverting it", true},
		{"roll the pods back", true},
		{"undo the deploy", true},
		{"cancel the deploy", true},
		{"the deploy", false},
		{"the job", true},
		{"undo the train", false},
		{"stop it", true},
		{"stop this", true},
		{"stop that", true},
		{"halt this", false},
		{"turn the new search off", true},
		{"turn one two three four five off", false},
		{"turn it, off", false},
		{"put back", true},
		{"put it back", true},
		{"put them back", false},
		{"set `pool` to 4", true},
		{"set pool to 4", false},
		{"请关闭新的开关", true},
		{"关闭一二三四五六七八九十一二三四五开关", false},
	} {
		us := units(tt.text, 1)
		if got := len((vocabulary{l}).find(us[0].tokens, us[0].run)) > 0; got != tt.want {
			t.Errorf("%q: found %v, want %v", tt.text, got, tt.want)
		}
	}
}

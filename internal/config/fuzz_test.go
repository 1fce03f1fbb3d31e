package config_test

import (
	"testing"
	"unicode/utf8"

	"github.com/backout-dev/backout/internal/config"
)

// FuzzParse holds what is promised of any bytes: an answer, and problems that
// name a place of the file and can be shown.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yml", "testdata/bad/*.yml"} {
		for _, path := range files(f, pattern) {
			f.Add(read(f, path))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, problems := config.Parse("backout.yml", data)
		for _, p := range problems {
			switch {
			case p.Line < 1 || p.Column < 1 || p.Width < 0:
				t.Errorf("a problem without a place: %+v", p)
			case p.Message == "":
				t.Errorf("a problem without words: %+v", p)
			}
			if text := p.Detail(); !utf8.ValidString(text) {
				t.Errorf("a problem that is no text: %q", text)
			}
		}
		if config.Valid(problems) {
			policy := file.Policy()
			for _, w := range policy.Freeze.Windows {
				if !w.From.Before(w.Until) {
					t.Errorf("the freeze from %v until %v is none", w.From, w.Until)
				}
			}
		}
	})
}

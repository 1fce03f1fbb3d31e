package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// hostileFiles are files that nobody wrote by mistake, beside the wrong ones
// that internal/config keeps.
func hostileFiles() map[string]string {
	bomb := "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		before := string(n[0] - 1)
		bomb += "a" + n + ": &a" + n + " [" + strings.TrimSuffix(strings.Repeat("*a"+before+", ", 10), ", ") + "]\n"
	}
	return map[string]string{
		"unclosed-brackets": strings.Repeat("[", 32_000),
		"one-megabyte":      strings.Repeat("# a comment\n", 90_000),
		"alias-bomb":        bomb,
		"zero-bytes":        strings.Repeat("\x00", 1<<20),
		"brackets":          strings.Repeat("[", 1<<20),
	}
}

// Every wrong or hostile file ends with exit status 2 and says for each
// problem where it is and what would be right: by a fix, or by the form that
// the key takes.
func TestPolicyCheckOfWrongFiles(t *testing.T) {
	texts := hostileFiles()
	wrong, err := filepath.Glob("../../internal/config/testdata/bad/*.yml")
	if err != nil || len(wrong) < 50 {
		t.Fatalf("%d wrong files, %v", len(wrong), err)
	}
	for _, path := range wrong {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[strings.TrimSuffix(filepath.Base(path), ".yml")] = string(data)
	}
	dir, first := t.TempDir(), regexp.MustCompile(`^[a-z0-9-]+\.yml:[0-9]+:[0-9]+: `)
	var slowest time.Duration
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			file := name + ".yml"
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, problem bytes.Buffer
			start := time.Now()
			code := run(context.Background(), []string{"policy", "check", file}, host{
				stdin: strings.NewReader(""), stdout: &out, stderr: &problem,
				getenv: func(string) string { return "" }, now: time.Now, dir: dir, version: "1.4.0",
			})
			took := time.Since(start)
			slowest = max(slowest, took)
			if code != 2 || problem.Len() > 0 {
				t.Fatalf("exit status %d, %s", code, problem.String())
			}
			if !first.MatchString(out.String()) {
				t.Errorf("no place is named: %.200s", out.String())
			}
			for _, p := range splitProblems(out.String(), file) {
				if !strings.Contains(p, "\n  fix: ") && !strings.Contains(p, " takes ") {
					t.Errorf("it does not say what would be right:\n%s", p)
				}
			}
			// Far above the second that it may take, for slow machines.
			if took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
	t.Logf("%d files, the slowest in %s", len(texts), slowest.Round(time.Millisecond))
}

// splitProblems parts what is said of a file, without the line that sums it up.
func splitProblems(out, file string) []string {
	var all []string
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, file+": "):
		case strings.HasPrefix(line, file+":"):
			all = append(all, line)
		case len(all) > 0:
			all[len(all)-1] += line
		}
	}
	return all
}

func TestPolicyCheckOfFilesThatSayNothing(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "comments only": "# nothing yet\n", "a version": "version: 1\n"} {
		var out bytes.Buffer
		code := run(context.Background(), []string{"policy", "check", "-"}, host{
			stdin: strings.NewReader(text), stdout: &out, stderr: &out,
			getenv: func(string) string { return "" }, now: time.Now, dir: t.TempDir(), version: "1.4.0",
		})
		if code != 0 || out.String() != "<stdin>: valid\n" {
			t.Errorf("%s: exit status %d, %s", name, code, out.String())
		}
	}
}

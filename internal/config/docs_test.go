package config_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/config"
)

const policyPage = "../../docs/policy.md"

// TestPolicyPage holds docs/policy.md to the program: it has every key once,
// with what the schema says of it, its files are valid, and its mistakes are
// reported as shown. With -update it is written anew; the rules for two files
// are words of the page's own.
func TestPolicyPage(t *testing.T) {
	want := string(read(t, policyPage))
	got := keyRows(t, want)
	got = mistakes(t, got)
	if *update {
		if err := os.WriteFile(policyPage, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/policy.md; run this test with -update (-want +got):\n%s", diff)
	}
	files := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(got, -1)
	if len(files) < 2 {
		t.Error("the page shows no files")
	}
	for _, f := range files {
		if _, problems := config.Parse("docs/policy.md", []byte(f[1])); len(problems) > 0 {
			t.Errorf("a file of the page is refused:\n%s", details(problems))
		}
	}
}

// keyRows writes the rows of the keys anew.
func keyRows(t *testing.T, page string) string {
	t.Helper()
	keys := map[string]config.Key{}
	for _, k := range config.Keys() {
		keys[k.Path] = k
	}
	lines := strings.Split(page, "\n")
	for i, line := range lines {
		cells := strings.Split(strings.Trim(line, "| "), "|")
		if !strings.HasPrefix(line, "| `") || len(cells) != 5 {
			continue
		}
		path := strings.Trim(cells[0], " `")
		k, ok := keys[path]
		if !ok {
			t.Errorf("there is no key %s, or it stands on the page twice", path)
			continue
		}
		delete(keys, path)
		rule := strings.TrimSpace(cells[4])
		if rule == "" {
			t.Errorf("%s has no rule for two files", path)
		}
		def := "none"
		if k.Default != nil {
			def = "`" + k.DefaultText() + "`"
		}
		name := path[strings.LastIndexByte(path, '.')+1:]
		lines[i] = fmt.Sprintf("| `%s` | %s | %s | `%s: %s` | %s |", path, k.Text, def, name, k.ExampleText(), rule)
	}
	for path := range keys {
		t.Errorf("the page does not have %s", path)
	}
	return strings.Join(lines, "\n")
}

// mistakes writes anew what is said about the file with mistakes.
func mistakes(t *testing.T, page string) string {
	t.Helper()
	re := regexp.MustCompile("(?ms)(^```yaml mistakes\n)(.*?)(^```\n\n```text mistakes\n).*?(^```$)")
	m := re.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page shows no mistakes")
	}
	_, problems := config.Parse(".github/backout.yml", []byte(m[2]))
	at := re.FindStringIndex(page)
	return page[:at[0]] + m[1] + m[2] + m[3] + details(problems) + m[4] + page[at[1]:]
}

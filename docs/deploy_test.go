package docs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/server"
	"github.com/backout-dev/backout/internal/settings"
)

// rows returns the first columns of a page's table between the marks of a name.
func rows(t *testing.T, page, name string, columns int) [][]string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "<!-- "+name+" -->\n")
	table, _, ok2 := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !ok2 {
		t.Fatalf("the page has no marks for its %s", name)
	}
	var all [][]string
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, cells[:columns])
	}
	return all
}

// TestPermissions holds the page to what the App asks for, once and for all: a
// release that needs more makes every owner accept it.
func TestPermissions(t *testing.T) {
	want := map[string]string{
		"Checks": "read and write", "Commit statuses": "read and write", "Pull requests": "read and write", "Deployments": "read and write",
		"Contents": "read-only", "Issues": "read-only", "Members": "read-only (an organisation permission)", "Merge queues": "read-only",
		"Actions": "read-only", "Metadata": "read-only",
	}
	got := map[string]string{}
	for _, row := range rows(t, read(t, "deploy.md"), "permissions", 2) {
		got[row[0]] = row[1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions (-want +page):\n%s", diff)
	}
}

// TestEvents holds the page to the events from which something follows.
func TestEvents(t *testing.T) {
	var got []string
	for _, row := range rows(t, read(t, "deploy.md"), "events", 1) {
		got = append(got, strings.ReplaceAll(strings.ToLower(row[0]), " ", "_"))
	}
	slices.Sort(got)
	want := slices.DeleteFunc(server.Events(), func(e string) bool { return strings.HasPrefix(e, "installation") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-code +page):\n%s", diff)
	}
}

// variables are the names of the settings in the environment.
func variables() map[string]bool {
	known := map[string]bool{"BACKOUT_CONFIG": true}
	for _, k := range settings.Keys() {
		known["BACKOUT_"+strings.ToUpper(strings.ReplaceAll(k.Name, "-", "_"))] = true
	}
	return known
}

var variable = regexp.MustCompile(`\bBACKOUT_[A-Z_]+\b`)

// TestDeployFiles holds the files to settings that exist.
func TestDeployFiles(t *testing.T) {
	known := variables()
	for _, name := range []string{"compose.yml", "example.env", "backout.service"} {
		found := variable.FindAllString(read(t, filepath.Join("..", "deploy", name)), -1)
		if len(found) < 3 {
			t.Errorf("%s sets %v", name, found)
		}
		for _, v := range found {
			if !known[v] {
				t.Errorf("%s: there is no setting %s", name, v)
			}
		}
	}
}

func TestComposeFile(t *testing.T) {
	text := read(t, filepath.Join("..", "deploy", "compose.yml"))
	var c struct {
		Name     string
		Services map[string]struct {
			Build, Image, Restart string
			DependsOn             map[string]struct{ Condition string } `yaml:"depends_on"`
			Environment           map[string]string
			Secrets, Ports        []string
			Volumes               []string
			Healthcheck           struct {
				Test                           []string
				Interval, Timeout, StartPeriod string `yaml:",omitempty"`
			}
			StopGracePeriod string   `yaml:"stop_grace_period"`
			ReadOnly        bool     `yaml:"read_only"`
			CapDrop         []string `yaml:"cap_drop"`
			SecurityOpt     []string `yaml:"security_opt"`
			MemLimit        string   `yaml:"mem_limit"`
		}
		Secrets map[string]struct{ File string }
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	app, db := c.Services["backout"], c.Services["db"]
	if len(c.Services) != 2 || app.DependsOn["db"].Condition != "service_healthy" || app.Build != ".." || !app.ReadOnly {
		t.Errorf("services: %+v", c.Services)
	}
	if strings.Join(app.Healthcheck.Test, " ") != "CMD /backout serve --check-health" || len(db.Healthcheck.Test) == 0 {
		t.Errorf("health checks: %v, %v", app.Healthcheck, db.Healthcheck)
	}
	for _, p := range append(app.Ports, db.Ports...) {
		if !strings.HasPrefix(p, "127.0.0.1:") {
			t.Errorf("port %s is open to everybody", p)
		}
	}
	for _, s := range app.Secrets {
		if app.Environment["BACKOUT_PRIVATE_KEY_FILE"] != "/run/secrets/"+s || c.Secrets[s].File == "" {
			t.Errorf("secret %s is not the private key: %+v", s, c.Secrets)
		}
	}
	for _, v := range db.Volumes {
		if name, _, _ := strings.Cut(v, ":"); !hasKey(c.Volumes, name) {
			t.Errorf("volume %s is not declared", v)
		}
	}
	// What the file asks its reader for is in the example, and the other way round.
	asked := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		asked[m[1]] = true
	}
	given := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([A-Z_]+)=$`).FindAllStringSubmatch(read(t, filepath.Join("..", "deploy", "example.env")), -1) {
		given[m[1]] = true
	}
	if diff := cmp.Diff(asked, given); diff != "" {
		t.Errorf("variables (-compose.yml +example.env):\n%s", diff)
	}
}

func hasKey(m map[string]any, key string) bool {
	_, ok := m[key]
	return ok
}

// TestUnit has systemd itself read the unit, with a program that is there.
func TestUnit(t *testing.T) {
	unit := read(t, filepath.Join("..", "deploy", "backout.service"))
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		if os.Getenv("BACKOUT_REQUIRE_SERVICES") != "" {
			t.Fatal("systemd-analyze is not here; the Debian package systemd has it")
		}
		t.Skip("needs systemd-analyze")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backout.service")
	write(t, file, strings.Replace(unit, "/usr/local/bin/backout", program, 1))
	for _, args := range [][]string{{"verify", file}, {"security", "--offline=true", "--threshold=20", file}} {
		cmd := exec.CommandContext(t.Context(), "systemd-analyze", args...)
		out, err := cmd.CombinedOutput()
		if err != nil || args[0] == "verify" && strings.Contains(string(out), "backout.service") {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
		}
	}
}

// TestDeployLinks holds the links of the two pages to files and headings.
func TestDeployLinks(t *testing.T) {
	for _, page := range []string{"deploy.md", "operations.md"} {
		for _, m := range regexp.MustCompile(`\]\(([^)#]*)#?([^)]*)\)`).FindAllStringSubmatch(read(t, page), -1) {
			file, anchor := m[1], m[2]
			if file == "" {
				file = page
			}
			if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(read(t, file)), anchor) {
				t.Errorf("%s: %s has no heading for #%s", page, file, anchor)
			}
		}
	}
}

func anchors(page string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(anchor, " ", "-"))
	}
	return all
}

// logged finds the messages that ask for attention in the program's source.
var logged = regexp.MustCompile(`(?:\.(?:Warn|Error)(?:Context)?\((?:ctx, )?|\.(?:warn|error)\()"([^"]+)"`)

// TestLogMessages holds the page to the messages that the server logs as
// warnings and errors.
func TestLogMessages(t *testing.T) {
	page := read(t, "operations.md")
	found := 0
	for _, folder := range []string{"internal/server/*", "internal/worker/*", "internal/store/*", "internal/gh/*", "internal/metrics/*", "cmd/backout/serve*"} {
		files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder)+".go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range logged.FindAllStringSubmatch(read(t, file), -1) {
				found++
				if !strings.Contains(page, fmt.Sprintf("`%s", m[1])) {
					t.Errorf("operations.md does not say what to do about %q (%s)", m[1], filepath.Base(file))
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("%d messages: has the way of logging changed?", found)
	}
}

package docs_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/templates"
)

var update = flag.Bool("update", false, "rewrite the tables of inputs and outputs in action.md")

// block is a fenced block of a page, with what indents it.
var block = regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```$")

// blocks returns the YAML files of a page: workflows and policy files.
func blocks(t *testing.T, page string) (workflows, policies []string) {
	t.Helper()
	for _, m := range block.FindAllStringSubmatch(page, -1) {
		text := regexp.MustCompile("(?m)^"+m[1]).ReplaceAllString(m[2], "")
		switch {
		case strings.HasPrefix(text, "name: "):
			workflows = append(workflows, text)
		case strings.HasPrefix(text, "version: 1\n"):
			policies = append(policies, text)
		default:
			t.Errorf("neither a workflow nor a policy file:\n%s", text)
		}
	}
	return workflows, policies
}

// workflow is what the rules below look at.
type workflow struct {
	On          map[string]any // an event's types, where it has some
	Permissions map[string]string
	Concurrency map[string]any
	Jobs        map[string]struct {
		If    string
		Steps []struct {
			Uses string
			With map[string]string
		}
	}
}

var types = []any{"opened", "edited", "synchronize", "reopened", "ready_for_review", "converted_to_draft", "labeled", "unlabeled"}

// TestWorkflows holds every workflow of the page to what the page advises.
func TestWorkflows(t *testing.T) {
	workflows, policies := blocks(t, read(t, "action.md"))
	if len(workflows) < 6 || len(policies) < 2 {
		t.Fatalf("%d workflows and %d policy files, want one for each way", len(workflows), len(policies))
	}
	inputs := map[string]bool{}
	for _, p := range action(t).Inputs {
		inputs[p.name] = true
	}
	for i, text := range workflows {
		t.Run(fmt.Sprintf("workflow %d", i+1), func(t *testing.T) {
			var w workflow
			if err := yaml.Unmarshal([]byte(text), &w); err != nil {
				t.Fatal(err)
			}
			for _, event := range []string{"pull_request", "pull_request_target"} {
				on, there := w.On[event]
				// A ruleset's required workflow, for which GitHub ignores types.
				if !there || on == nil && strings.Contains(text, "org-policy:") {
					continue
				}
				if diff := cmp.Diff(map[string]any{"types": types}, on); diff != "" {
					t.Errorf("%s (-want +got):\n%s", event, diff)
				}
			}
			if _, there := w.On["merge_group"]; !there {
				t.Error("the queue waits for ever: no merge_group")
			}
			if _, there := w.Concurrency["cancel-in-progress"]; there || w.Concurrency["group"] == nil {
				t.Errorf("concurrency %v, want a group and nothing else", w.Concurrency)
			}
			checkJobs(t, w, inputs)
		})
	}
	for i, text := range policies {
		if _, problems := (config.Reader{Release: "1.0.0"}).Parse("backout.yml", []byte(text)); len(problems) > 0 {
			t.Errorf("policy file %d: %v", i+1, problems)
		}
	}
}

// TestOneWorkflow holds the first workflow of the page, the README's and the one
// that init writes to be the same.
func TestOneWorkflow(t *testing.T) {
	written := templates.Workflow()
	for _, page := range []string{"action.md", filepath.Join("..", "README.md")} {
		workflows, _ := blocks(t, read(t, page))
		if len(workflows) == 0 {
			t.Fatalf("%s has no workflow", page)
		}
		if diff := cmp.Diff(written, workflows[0]); diff != "" {
			t.Errorf("%s and templates/workflow.yml (-template +page):\n%s", page, diff)
		}
	}
}

func checkJobs(t *testing.T, w workflow, inputs map[string]bool) {
	t.Helper()
	if len(w.Jobs) != 1 {
		t.Errorf("%d jobs, want 1", len(w.Jobs))
	}
	for name, job := range w.Jobs {
		if len(job.Steps) != 1 || job.Steps[0].Uses != "backout-dev/backout@v1" || job.If != "" {
			t.Fatalf("job %s does more than it should: %+v", name, job)
		}
		with := job.Steps[0].With
		for input := range with {
			if !inputs[input] {
				t.Errorf("action.yml has no input %q", input)
			}
		}
		want := map[string]string{"contents": "read", "pull-requests": "write"}
		if checkRun := with["gate"] == "check-run"; checkRun {
			want["checks"] = "write"
			if name == "backout" {
				t.Error("a job with the name of the check run")
			}
		} else if name != "backout" {
			t.Errorf("the required check is %q, and the page says backout", name)
		}
		if diff := cmp.Diff(want, w.Permissions); diff != "" {
			t.Errorf("permissions (-want +got):\n%s", diff)
		}
	}
}

// TestActionlint lints every workflow of the page, with this repository's
// action.yml for the one that they use.
func TestActionlint(t *testing.T) {
	module, err := filepath.Abs(filepath.Join("..", "tools", "actionlint", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	workflows, _ := blocks(t, read(t, "action.md"))
	dir := t.TempDir()
	folder := filepath.Join(dir, ".github", "workflows")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "action.yml"), read(t, filepath.Join("..", "action.yml")))
	args := []string{"tool", "-modfile=" + module, "actionlint", "-no-color"}
	for i, text := range workflows {
		file := filepath.Join(folder, fmt.Sprintf("%d.yml", i+1))
		write(t, file, strings.ReplaceAll(text, "backout-dev/backout@v1", "./"))
		args = append(args, file)
	}
	if err := exec.CommandContext(t.Context(), "git", "init", "-q", dir).Run(); err != nil {
		t.Fatal(err) // actionlint finds the root of a project by its .git
	}
	lint := func() string {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		out, err := cmd.CombinedOutput()
		if err == nil {
			return ""
		}
		if strings.Contains(string(out), "go: ") && os.Getenv("BACKOUT_TEST_ALL") == "" {
			t.Skipf("actionlint cannot be had here: %s", out)
		}
		return string(out)
	}
	if out := lint(); out != "" {
		t.Error(out)
	}

	// The same run finds an input that action.yml does not have.
	file := filepath.Join(folder, "1.yml")
	write(t, file, read(t, file)+"        with:\n          gates: job\n")
	if out := lint(); !strings.Contains(out, `input "gates" is not defined in action "Backout"`) {
		t.Errorf("an unknown input was not found: %q", out)
	}
}

// parameter is an input or an output of action.yml.
type parameter struct{ name, description, fallback string }

// metadata is what action.yml says of itself, in its order.
type metadata struct{ Inputs, Outputs []parameter }

func action(t *testing.T) metadata {
	t.Helper()
	var a struct {
		Inputs, Outputs yaml.MapSlice
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join("..", "action.yml"))), &a); err != nil {
		t.Fatal(err)
	}
	list := func(s yaml.MapSlice) []parameter {
		var out []parameter
		for _, item := range s {
			p := parameter{name: fmt.Sprint(item.Key)}
			fields, _ := item.Value.(map[string]any)
			p.description, _ = fields["description"].(string)
			p.fallback, _ = fields["default"].(string)
			if p.description == "" {
				t.Errorf("action.yml says nothing of %s", p.name)
			}
			out = append(out, p)
		}
		return out
	}
	return metadata{list(a.Inputs), list(a.Outputs)}
}

// TestInputsAndOutputs holds the tables of the page to action.yml.
func TestInputsAndOutputs(t *testing.T) {
	a := action(t)
	var inputs, outputs strings.Builder
	inputs.WriteString("| input | what it says | default |\n| --- | --- | --- |\n")
	for _, p := range a.Inputs {
		fallback := ""
		if p.fallback != "" {
			fallback = "`" + p.fallback + "`"
		}
		fmt.Fprintf(&inputs, "| `%s` | %s | %s |\n", p.name, p.description, fallback)
	}
	outputs.WriteString("| output | what it holds |\n| --- | --- |\n")
	for _, p := range a.Outputs {
		fmt.Fprintf(&outputs, "| `%s` | %s |\n", p.name, p.description)
	}
	page := read(t, "action.md")
	want := between(t, page, "inputs", inputs.String())
	want = between(t, want, "outputs", outputs.String())
	if *update && want != page {
		write(t, "action.md", want)
		return
	}
	if diff := cmp.Diff(page, want); diff != "" {
		t.Errorf("action.md (-want +got); go test ./docs -update rewrites it:\n%s", diff)
	}
}

// between puts a table between the marks of a name.
func between(t *testing.T, page, name, table string) string {
	t.Helper()
	before, rest, ok := strings.Cut(page, "<!-- "+name+": ")
	mark, rest, ok2 := strings.Cut(rest, "-->\n")
	_, after, ok3 := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("action.md has no marks for its %s", name)
	}
	return before + "<!-- " + name + ": " + mark + "-->\n" + table + "<!-- /" + name + " -->" + after
}

// TestAnchors holds the page's links into itself to its headings.
func TestAnchors(t *testing.T) {
	page := read(t, "action.md")
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		known[strings.ReplaceAll(anchor, " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\(([^)#]*)#?([^)]*)\)`).FindAllStringSubmatch(page, -1)
	if len(links) < 10 {
		t.Fatalf("%d links", len(links))
	}
	for _, m := range links {
		switch {
		case m[1] == "" && !known[m[2]]:
			t.Errorf("no heading for #%s", m[2])
		case m[1] != "":
			if _, err := os.Stat(filepath.FromSlash(m[1])); err != nil {
				t.Error(err)
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

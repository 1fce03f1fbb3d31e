package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// TestEveryInputArrives holds action.yml to hand over every input, because the
// runner hands none to a composite action, and every output; and to write nothing
// into a command.
func TestEveryInputArrives(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		Inputs  map[string]any
		Outputs map[string]struct{ Value string }
		Runs    struct {
			Using string
			Steps []struct {
				ID, Shell, Run string
				Env            map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) != 1 {
		t.Fatalf("%s with %d steps, want composite with one", a.Runs.Using, len(a.Runs.Steps))
	}
	step := a.Runs.Steps[0]
	if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
		t.Errorf("shell %s, command %q, want bash and nothing that is put in", step.Shell, step.Run)
	}

	want := map[string]string{"BACKOUT_VERSION": "", "BACKOUT_CHECKSUMS": ""}
	for name := range a.Inputs {
		variable := "INPUT_" + strings.ToUpper(name)
		switch name {
		case "binary", "download-url": // for run.sh, and not for the program
			variable = strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		}
		want[variable] = "${{ inputs." + name + " }}"
	}
	if diff := cmp.Diff(want, step.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	for name, output := range a.Outputs {
		if want := "${{ steps." + step.ID + ".outputs." + name + " }}"; output.Value != want {
			t.Errorf("output %s is %q, want %q", name, output.Value, want)
		}
	}
}

package server

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/backout-dev/backout/internal/queue"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type example struct {
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

// examples are the payloads that GitHub's community has collected.
func examples(t testing.TB) []example {
	t.Helper()
	var all []example
	readGzip(t, "testdata/webhooks/examples.json.gz", &all)
	return all
}

func readGzip(t testing.TB, file string, into any) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// TestEveryExample posts every example, signed, as it is and with the
// installation that most of them lack. The golden file says what becomes of each.
func TestEveryExample(t *testing.T) {
	var box inbox
	addr := listen(t, newIntake(&box, io.Discard))
	lines := map[string]int{}
	all := examples(t)
	if len(all) < 400 {
		t.Fatalf("only %d examples", len(all))
	}
	for _, e := range all {
		for _, payload := range []string{string(e.Payload), installed(t, e.Payload)} {
			before := box.stored()
			status, text := send(t, addr, delivery(e.Event, payload))
			if status != 202 {
				t.Errorf("%s: %d %s\n%.300s", e.Event, status, text, payload)
				continue
			}
			var wants []queue.Want
			if box.stored() > before {
				wants = box.wants[before]
			}
			if stored := strings.TrimSpace(text) == Stored; stored != (len(wants) > 0) {
				t.Errorf("%s: answered %q and asks for %d subjects", e.Event, text, len(wants))
			}
			lines[became(e.Event, payload, strings.TrimSpace(text), wants)]++
		}
	}
	var out []string
	for line, times := range lines {
		out = append(out, fmt.Sprintf("%s (%d)", line, times))
	}
	slices.Sort(out)
	golden(t, "testdata/examples.golden", strings.Join(out, "\n")+"\n")
}

// installed is a payload with an installation.
func installed(t testing.TB, payload []byte) string {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(payload, &m); err != nil {
		t.Fatal(err)
	}
	if m["installation"] == nil {
		m["installation"] = json.RawMessage(`{"id":99}`)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// became is a line about a delivery and what it asks for.
func became(event, payload, outcome string, wants []queue.Want) string {
	e, err := envelopeOf(strings.NewReader(payload), window)
	if err != nil {
		return err.Error()
	}
	line := event
	if e.action != "" {
		line += "." + e.action
	}
	line += ": " + outcome
	for _, w := range wants {
		line += "; " + shown(w)
	}
	return line
}

func shown(w queue.Want) string {
	text := fmt.Sprintf("%s of %d, %s", w.Key(), w.Installation, w.Owner)
	if w.Name != "" {
		text += "/" + w.Name
	}
	if !w.UpdatedAt.IsZero() {
		text += " at " + w.UpdatedAt.Format(time.RFC3339)
	}
	for _, part := range []struct{ what, is string }{
		{"head", w.HeadSHA},
		{"text", w.Description},
		{"former head", w.FormerHead},
		{"former text", w.FormerDescription},
	} {
		if part.is != "" {
			text += fmt.Sprintf(", %s %.7s", part.what, part.is)
		}
	}
	if w.Urgent {
		text += ", urgent"
	}
	if w.Moved {
		text += ", moved"
	}
	return text
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// published is a schema of GitHub's for a payload.
func published(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	var doc any
	readGzip(t, "testdata/webhooks/schemas.json.gz", &doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("webhooks.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("webhooks.json#/components/schemas/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// patched is the first example of an event and action, with other values: what
// a payload of another action looks like.
func patched(t *testing.T, event, action string, patch map[string]any) string {
	t.Helper()
	for _, e := range examples(t) {
		var m map[string]any
		if err := json.Unmarshal(e.Payload, &m); err != nil {
			t.Fatal(err)
		}
		if e.Event != event || m["action"] != action || m["installation"] == nil {
			continue
		}
		for key, value := range patch {
			if value == nil {
				delete(m, key)
				continue
			}
			m[key] = value
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatalf("no example of %s.%s with an installation", event, action)
	return ""
}

// TestEventsWithoutExamples posts payloads that are made by hand for the events
// of which nobody has collected any, and which follow GitHub's own description.
func TestEventsWithoutExamples(t *testing.T) {
	from := func(text string) map[string]any { return map[string]any{"from": text} }
	var out []string
	for _, test := range []struct {
		name, schema, event string
		of, action          string // the example that it is made of
		patch               map[string]any
	}{
		{
			"the description was edited", "webhook-pull-request-edited", "pull_request", "pull_request", "ready_for_review",
			map[string]any{"action": "edited", "changes": map[string]any{"body": from("before")}},
		},
		{
			"the title was edited", "webhook-pull-request-edited", "pull_request", "pull_request", "ready_for_review",
			map[string]any{"action": "edited", "changes": map[string]any{"title": from("before")}},
		},
		{
			"the base was changed", "webhook-pull-request-edited", "pull_request", "pull_request", "ready_for_review",
			map[string]any{"action": "edited", "changes": map[string]any{"base": map[string]any{"ref": from("main"), "sha": from("abc")}}},
		},
		{
			"a merge group is over", "webhook-merge-group-destroyed", "merge_group", "merge_group", "checks_requested",
			map[string]any{"action": "destroyed", "reason": "invalidated"},
		},
		{
			"the default branch is another", "webhook-repository-edited", "repository", "repository", "privatized",
			map[string]any{"action": "edited", "changes": map[string]any{"default_branch": from("master")}},
		},
		{
			"the topics are others", "webhook-repository-edited", "repository", "repository", "privatized",
			map[string]any{"action": "edited", "changes": map[string]any{"topics": map[string]any{"from": []string{"a"}}}},
		},
		{"a repository is archived", "webhook-repository-archived", "repository", "repository", "privatized", map[string]any{"action": "archived"}},
		{"a repository is not archived any more", "webhook-repository-unarchived", "repository", "repository", "privatized", map[string]any{"action": "unarchived"}},
		{"a repository is gone", "webhook-repository-deleted", "repository", "repository", "privatized", map[string]any{"action": "deleted"}},
		{
			"an account has another name", "webhook-installation-target-renamed", "installation_target", "installation", "created",
			map[string]any{
				"action": "renamed", "target_type": "Organization", "account": account(), "changes": map[string]any{"login": from("acme-old")},
				"installation": map[string]any{"id": 99, "node_id": "x"}, "repositories": nil, "requester": nil, "sender": nil,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			payload := patched(t, test.of, test.action, test.patch)
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(payload))
			if err != nil {
				t.Fatal(err)
			}
			if err := published(t, test.schema).Validate(value); err != nil {
				t.Errorf("not what GitHub describes: %v", err)
			}
			var box inbox
			status, text := send(t, listen(t, newIntake(&box, io.Discard)), delivery(test.event, payload))
			if status != 202 {
				t.Errorf("%d %s", status, text)
			}
			var wants []queue.Want
			if box.stored() > 0 {
				wants = box.wants[0]
			}
			out = append(out, cmp.Or(test.name, test.event)+"\n  "+became(test.event, payload, strings.TrimSpace(text), wants))
		})
	}
	golden(t, "testdata/by_hand.golden", strings.Join(out, "\n")+"\n")
}

func account() map[string]any {
	m := map[string]any{"login": "acme", "id": 5, "node_id": "x", "type": "Organization", "site_admin": false, "gravatar_id": ""}
	for _, key := range []string{
		"avatar_url", "events_url", "followers_url", "following_url", "gists_url", "hooks_url", "html_url", "issues_url", "members_url",
		"organizations_url", "public_members_url", "received_events_url", "repos_url", "starred_url", "subscriptions_url", "url",
	} {
		m[key] = "https://api.github.com/x"
	}
	return m
}

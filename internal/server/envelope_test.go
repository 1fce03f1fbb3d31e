package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var unexported = cmp.AllowUnexported(envelope{}, group{}, repository{}, pull{}, check{}, checkPull{}, push{}, changes{})

const organisation = "backout.yml"

func envelopeOf(r io.Reader, size int) (*envelope, error) {
	return readEnvelope(newScanner(r, make([]byte, size)), organisation)
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestEnvelope(t *testing.T) {
	stamp := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, payload string
		want          envelope
	}{
		{"nothing", `{}`, envelope{}},
		{
			"a pull request", `{"action":"edited","number":812,"changes":{"body":{"from":"old"},"title":{"from":"x"}},
			"pull_request":{"number":812,"updated_at":"2026-11-22T08:00:00Z","head":{"sha":"abc","repo":{"id":4}},"body":"a\r\n\"b\" \u00e9 \ud83d\ude00"},
			"repository":{"id":7,"name":"shop","full_name":"acme/shop","owner":{"login":"acme"},"default_branch":"main"},
			"sender":{"login":"octocat","type":"User"},"installation":{"id":99}}`,
			envelope{
				action: "edited", installation: 99, account: "acme", sender: "octocat", number: 812,
				repo: repository{id: 7, owner: "acme", name: "shop", defaultBranch: "main"},
				pull: pull{number: 812, updatedAt: stamp, headSHA: "abc", description: digestOf("a\r\n\"b\" é 😀"), formerDescription: digestOf("old")},
			},
		},
		{
			"a description that is null is as one that is empty", `{"pull_request":{"body":null},"changes":{"body":{"from":""}}}`,
			envelope{pull: pull{description: digestOf(""), formerDescription: digestOf("")}},
		},
		{"a description that is no text", `{"pull_request":{"body":7}}`, envelope{}},
		{"a number only inside", `{"pull_request":{"number":3}}`, envelope{number: 3, pull: pull{number: 3}}},
		{"a head that moved", `{"before":"old","after":"new","pull_request":{"head":{"sha":"new"}}}`, envelope{
			pull: pull{headSHA: "new", formerHead: "old"}, push: push{after: "new"},
		}},
		{
			"every field of another type", `{"action":{},"installation":7,"account":[],"organization":"x","sender":null,"repository":[{"id":1}],
			"number":"812","pull_request":"x","check_run":[],"requested_action":0,"merge_group":true,"changes":[{}],
			"repositories":{"id":1},"ref":1,"after":[],"deleted":"true","forced":null,"commits":7}`,
			envelope{push: push{partial: true}},
		},
		{
			"inner fields of another type", `{"installation":{"id":"9"},"repository":{"id":1.5,"name":null,"owner":"acme","full_name":[1,{"a":"]}"}]},
			"pull_request":{"number":-1,"updated_at":{},"head":null},"number":1e3,"check_run":{"app":null,"pull_requests":[1,"x",{"number":4,"base":{"repo":{"id":5}}}]}}`,
			envelope{check: check{pulls: []checkPull{{}, {}, {4, 5}}}},
		},
		{
			"a check suite", `{"check_suite":{"app":{"id":29310,"owner":{"id":1}},"head_sha":"x","pull_requests":[{"number":2,"head":{"repo":{"id":8}},"base":{"repo":{"id":7}}}]}}`,
			envelope{check: check{app: 29310, pulls: []checkPull{{2, 7}}}},
		},
		{
			"a check run with a button", `{"check_run":{"external_id":"812:aa 815:bb","app":{"id":1}},"requested_action":{"identifier":"check-again"}}`,
			envelope{check: check{app: 1, externalID: "812:aa 815:bb"}, button: "check-again"},
		},
		{"a merge group", `{"merge_group":{"head_ref":"refs/heads/q","head_sha":"abc","base_sha":"def"}}`, envelope{group: group{sha: "abc"}}},
		{"a merge group of a pull request", `{"merge_group":{"head_ref":"refs/heads/gh-readonly-queue/a/pr-3-0123456789012345678901234567890123456789/pr-12-0123456789012345678901234567890123456789","head_sha":"abc"}}`, envelope{group: group{"abc", 12}}},
		{
			"an owner without a login", `{"repository":{"id":1,"full_name":"acme/shop","owner":{"name":"acme"}}}`,
			envelope{account: "acme", repo: repository{id: 1, owner: "acme", name: "shop"}},
		},
		{
			"repositories that were granted", `{"installation":{"id":9,"account":{"login":"acme"}},"repositories_added":[{"id":1,"name":"a"},{"id":2,"full_name":"acme/b"}],"repositories_removed":[]}`,
			envelope{installation: 9, account: "acme", listed: []repository{{id: 1, owner: "acme", name: "a"}, {id: 2, owner: "acme", name: "b"}}},
		},
		{"an account that was renamed", `{"account":{"login":"acme-corp"},"installation":{"id":9}}`, envelope{installation: 9, account: "acme-corp"}},
		{"an enterprise", `{"installation":{"id":9,"account":{"slug":"megacorp"}}}`, envelope{installation: 9, account: "megacorp"}},
		{
			"a default branch that changed", `{"changes":{"default_branch":{"from":"master"},"repository":{"name":{"from":"old"}}}}`,
			envelope{changes: changes{defaultBranch: true, formerName: "old"}},
		},
		{"a name with a line end is no name", `{"action":"a\nb","sender":{"login":"\u0000"}}`, envelope{}},
		{"a name that is too long is none", `{"sender":{"login":"` + strings.Repeat("x", maxText+1) + `"}}`, envelope{}},
		{"half a pair", `{"action":"\ud800x","pull_request":{"body":"\ud800\n\udc00\ud83d\ude00"}}`, envelope{
			pull: pull{description: digestOf("\ufffd\n\ufffd😀")},
		}},
		{
			"a time in seconds", `{"repository":{"pushed_at":1795334400}}`,
			envelope{repo: repository{pushedAt: time.Unix(1795334400, 0).UTC()}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{1, 7, window} {
				got, err := envelopeOf(strings.NewReader(test.payload), size)
				if err != nil {
					t.Fatalf("window %d: %v", size, err)
				}
				if diff := cmp.Diff(test.want, *got, unexported); diff != "" {
					t.Errorf("window %d (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

func TestPush(t *testing.T) {
	commit := func(files string) string {
		return `{"commits":[{"added":[],"modified":[` + files + `],"removed":[]}]}`
	}
	long := `"` + strings.Repeat("a/", maxText) + `"`
	for _, test := range []struct {
		name, payload string
		want          push
		complete      bool
	}{
		{"one file", commit(`"a.go"`), push{commits: 1}, true},
		{"the policy", commit(`"a.go",".github/backout.yml"`), push{commits: 1, touched: policyFile}, true},
		{"the organisation's policy", commit(`"backout.yml"`), push{commits: 1, touched: organisationFile}, true},
		{"attributes in a folder", commit(`"src/gen/.gitattributes"`), push{commits: 1, touched: attributes}, true},
		{"a template", commit(`".github/PULL_REQUEST_TEMPLATE.md"`), push{commits: 1, touched: template}, true},
		{"a template at the root", commit(`"pull_request_template.txt"`), push{commits: 1, touched: template}, true},
		{"a template in a folder", commit(`"docs/PULL_REQUEST_TEMPLATE/hotfix.md"`), push{commits: 1, touched: template}, true},
		{"no template", commit(`"src/pull_request_template.md","pull_request_template/a/b.md"`), push{commits: 1}, true},
		{"a removed policy", `{"commits":[{"added":[],"modified":[],"removed":[".github/backout.yml"]}]}`, push{commits: 1, touched: policyFile}, true},
		{"a name that cannot be read", commit(`7`), push{commits: 1, partial: true}, false},
		{"a name that is too long", commit(long), push{commits: 1, partial: true}, false},
		{"no list of files", `{"commits":[{"added":[],"modified":[]}]}`, push{commits: 1, partial: true}, false},
		{"a list that is null", `{"commits":[{"added":[],"modified":[],"removed":null}]}`, push{commits: 1, partial: true}, false},
		{"no commits", `{"commits":[]}`, push{}, false},
		{"commits that are null", `{"commits":null}`, push{partial: true}, false},
		{"forced", `{"forced":true,"commits":[{"added":[],"modified":[],"removed":[]}]}`, push{commits: 1, partial: true}, false},
		{"created", `{"forced":false,"created":true,"commits":[{"added":[],"modified":[],"removed":[]}]}`, push{commits: 1, partial: true}, false},
		{"20 commits", `{"commits":[` + strings.Repeat(`{"added":[],"modified":[],"removed":[]},`, 19) + `{"added":[],"modified":[],"removed":[]}]}`, push{commits: 20}, true},
		{"21 commits", `{"commits":[` + strings.Repeat(`{"added":[],"modified":[],"removed":[]},`, 20) + `{"added":[],"modified":[],"removed":[]}]}`, push{commits: 21}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := envelopeOf(strings.NewReader(test.payload), window)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.push, unexported); diff != "" {
				t.Errorf("push (-want +got):\n%s", diff)
			}
			if got.push.complete() != test.complete {
				t.Errorf("complete: %v", got.push.complete())
			}
		})
	}
}

func TestWhatIsNoPayload(t *testing.T) {
	for _, text := range []string{
		``, ` `, `x`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a" 1}`, `{"action":"x`, `{"action":"\`, `{"action":"\u12`,
		`{"action":"\x"}`, "{\"action\":\"a\nb\"}", `{} x`, `{}{}`, `[]`, `"x"`, `7`, `null`, `{"number":]}`, `{"a":,}`, `{"a":[}`, `{"repositories":[{"id":1}`,
	} {
		if _, err := envelopeOf(strings.NewReader(text), window); !errors.Is(err, errSyntax) {
			t.Errorf("%q: %v", text, err)
		}
	}
	broken := errors.New("broken")
	for n := range 30 {
		r := io.MultiReader(strings.NewReader(`{"pull_request":{"body":"text"},"a":[1]}`[:n]), iotest.ErrReader(broken))
		if _, err := envelopeOf(r, window); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, e := range examples(f)[:40] {
		f.Add([]byte(e.Payload))
	}
	f.Add([]byte(`{"pull_request":{"body":"\ud800\\u\u0041"},"number":1e2,"commits":[{"added":["x"],"modified":[],"removed":[]}]}`))
	f.Add([]byte(`{"repository":{"full_name":"acme/shop","pushed_at":1},"check_run":{"app":{"id":1},"pull_requests":[{"number":1}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := envelopeOf(bytes.NewReader(text), window)
		for _, size := range []int{1, 5} {
			again, errAgain := envelopeOf(iotest.HalfReader(bytes.NewReader(text)), size)
			if diff := cmp.Diff(got, again, unexported); diff != "" || !errors.Is(errAgain, err) {
				t.Fatalf("a window of %d bytes changes what is read: %v, %v\n%s", size, err, errAgain, diff)
			}
		}
		var m map[string]any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&m) != nil || m == nil || !json.Valid(text) {
			return
		}
		if err != nil {
			t.Fatalf("a JSON object is refused: %v", err)
		}
		// Written anew no key stands twice, which the two read differently.
		text, err = json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = envelopeOf(bytes.NewReader(text), window); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(reference(m), *got, unexported); diff != "" {
			t.Errorf("%s\n(-encoding/json +ours):\n%s", text, diff)
		}
	})
}

// reference reads the fields that a pull request and a repository have by way of
// encoding/json. What else there is it takes from ours.
func reference(m map[string]any) envelope {
	text, _ := json.Marshal(m)
	e, _ := envelopeOf(bytes.NewReader(text), window)
	want := *e
	want.action = name(m, "action")
	want.installation = integer(m, "installation", "id")
	want.sender = name(m, "sender", "login")
	if slug := name(m, "sender", "slug"); want.sender == "" {
		want.sender = slug
	}
	want.repo.id = integer(m, "repository", "id")
	want.repo.defaultBranch = name(m, "repository", "default_branch")
	want.pull = pull{
		number: count(m, "pull_request", "number"), headSHA: name(m, "pull_request", "head", "sha"),
		description: description(m, "pull_request", "body"), formerHead: name(m, "before"),
		formerDescription: description(m, "changes", "body", "from"), updatedAt: e.pull.updatedAt,
	}
	if at, err := time.Parse(time.RFC3339, name(m, "pull_request", "updated_at")); err == nil {
		want.pull.updatedAt = at.UTC()
	}
	if want.number = count(m, "number"); want.number == 0 {
		want.number = want.pull.number
	}
	want.button = name(m, "requested_action", "identifier")
	want.group = group{name(m, "merge_group", "head_sha"), groupNumber(name(m, "merge_group", "head_ref"))}
	want.push.ref, want.push.after = name(m, "ref"), name(m, "after")
	want.push.deleted, _ = at(m, "deleted").(bool)
	commits, isList := at(m, "commits").([]any)
	want.push.commits = len(commits)
	if _, there := m["commits"]; there && !isList {
		want.push.partial = true
	}
	return want
}

func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func name(v any, keys ...string) string {
	s, _ := at(v, keys...).(string)
	if len(s) > maxText || !isName([]byte(s)) {
		return ""
	}
	return s
}

func integer(v any, keys ...string) int64 {
	number, _ := at(v, keys...).(json.Number)
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

func count(v any, keys ...string) int {
	if n := integer(v, keys...); n <= math.MaxInt32 {
		return int(n)
	}
	return 0
}

func description(v any, keys ...string) string {
	last := len(keys) - 1
	m, _ := at(v, keys[:last]...).(map[string]any)
	value, there := m[keys[last]]
	s, isText := value.(string)
	if !there || value != nil && !isText {
		return ""
	}
	return digestOf(s)
}

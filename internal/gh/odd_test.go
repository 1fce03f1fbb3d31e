package gh

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
)

// TestPartOfAnAnswer is about pull requests of which GitHub does not tell
// everything.
func TestPartOfAnAnswer(t *testing.T) {
	whole := answerJSON(pullJSON(nil), "", noOrg)
	file := func(typ, path string) string {
		return fmt.Sprintf(`,"errors":[{"type":%q,"message":"Resource not accessible by integration: @octocat","path":%s}]`, typ, path)
	}
	for _, tt := range []struct {
		name   string
		data   string
		errors string
		want   string // a part of the error; empty: none
		see    func(gate.Pull) bool
	}{
		{name: "all of it", data: whole, see: func(p gate.Pull) bool { return p.Organisation.State == config.Absent && p.CommentsWhole }},
		{
			name: "the organisation's repository is not there", data: answerJSON(pullJSON(nil), "", "null"), errors: file("NOT_FOUND", `["org"]`),
			see: func(p gate.Pull) bool { return p.Organisation.State == config.NotVisible },
		},
		{
			name: "the organisation has a bad name and no such repository", data: answerJSON(pullJSON(nil), "", "null"),
			errors: `,"errors":[{"type":"NOT_FOUND","message":"Could not resolve to a Repository with the name 'stop-abuse/.github'.","path":["org"]}]`,
			see:    func(p gate.Pull) bool { return p.Organisation.State == config.NotVisible },
		},
		{
			name: "the organisation's files may not be read", data: whole, errors: file("FORBIDDEN", `["org","policy"]`),
			see: func(p gate.Pull) bool { return p.Organisation.State == config.NotVisible },
		},
		{
			name: "the organisation's policy is a folder",
			data: answerJSON(pullJSON(nil), "", `{"isPrivate":true,"policy":{"__typename":"Tree"},"pullRequestTemplates":[{"body":"x"}]}`),
			see:  func(p gate.Pull) bool { return p.Organisation.State == config.Absent && len(p.Change.Templates) == 0 },
		},
		{name: "the repository's policy may not be read", data: whole, errors: file("FORBIDDEN", `["repository","policy"]`), want: "contents: read"},
		{name: "the repository's policy is not found, in words", data: whole, errors: file("NOT_FOUND", `["repository","policy"]`), want: "did not find"},
		{
			name: "check runs may not be read", errors: file("FORBIDDEN", `["repository","pullRequest","head","nodes",0,"commit","checkSuites"]`),
			data: answerJSON(pullJSON(map[string]string{"head": `{"nodes":[{"commit":{"oid":"` + headSHA + `","checkSuites":null,"associatedPullRequests":{"nodes":[]}}}]}`}), "", noOrg),
			see:  func(p gate.Pull) bool { return p.Runs == nil },
		},
		{
			name: "the fork may not be seen and its author is gone", errors: file("FORBIDDEN", `["repository","pullRequest","headRepository"]`),
			data: answerJSON(pullJSON(map[string]string{"headRepository": "null", "author": "null"}), "", noOrg),
			see:  func(p gate.Pull) bool { return p.HeadRepo == "" && p.Change.Author == "ghost" },
		},
		{name: "the pull request is not there", data: `{"repository":{"pullRequest":null}}`, errors: file("NOT_FOUND", `["repository","pullRequest"]`), want: "acme/shop#812 is not there"},
		{name: "nothing is there, without a word", data: `{"repository":null}`, want: "not the documented form"},
		{
			name: "fewer files than there are",
			data: answerJSON(pullJSON(map[string]string{"changedFiles": "7"}), "", noOrg),
			see:  func(p gate.Pull) bool { return p.Change.Diff == checks.DiffTruncated },
		},
		{
			name: "a kind of change that is new",
			data: answerJSON(pullJSON(map[string]string{"files": `{"pageInfo":{},"nodes":[{"path":"a.go","changeType":"SPLIT"}]}`}), "", noOrg),
			see:  func(p gate.Pull) bool { return p.Change.Files[0].Status == checks.Modified },
		},
		{
			name: "more commits than are listed",
			data: answerJSON(pullJSON(map[string]string{"commits": `{"totalCount":2,"nodes":[{"commit":{"author":{"email":"1+hubot[bot]@users.noreply.github.com"},"signature":{"isValid":true,"wasSignedByGitHub":true}}}]}`}), "", noOrg),
			see:  func(p gate.Pull) bool { return slices.Equal(p.Change.Commits, []string{"hubot[bot]", ""}) },
		},
		{
			name: "a base branch that is deleted",
			data: answerJSON(pullJSON(map[string]string{"baseRef": "null"}), "", noOrg),
			see:  func(p gate.Pull) bool { return p.BaseSHA == baseSHA && p.Change.Files[0].Generated == checks.Set },
		},
		{
			name: "attributes that are a link",
			data: answerJSON(pullJSON(map[string]string{"baseRef": `{"target":{"oid":"` + baseSHA + `","a0":{"mode":40960,"object":{"__typename":"Blob","oid":"x","text":"*.go linguist-generated"}}}}`}), "", noOrg),
			see:  func(p gate.Pull) bool { return p.Change.Files[0].Generated == checks.Unspecified },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, func(what string, _ *http.Request) reply {
				if what == "Attributes" {
					return reply{body: `{"repository":{"object":{"a0":{"mode":33188,"object":{"__typename":"Blob","oid":"x","text":"*.go linguist-generated"}}}}}`}.graph()
				}
				return reply{body: `{"data":` + tt.data + tt.errors + `}`}
			})
			p, err := f.client(nil).Pull(t.Context(), pr, ask)
			switch {
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "octocat")):
				t.Errorf("%v, want %q", err, tt.want)
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.see != nil && !tt.see(p):
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestCommitAuthor(t *testing.T) {
	for _, tt := range []struct{ name, commit, want string }{
		{"signed by GitHub for an account", `{"author":{"user":{"login":"octocat"}},"signature":{"isValid":true,"wasSignedByGitHub":true}}`, "octocat"},
		{"signed by the account itself", `{"author":{"user":{"login":"octocat"}},"signature":{"isValid":true,"signer":{"login":"Octocat"}}}`, "octocat"},
		{"signed by somebody else", `{"author":{"user":{"login":"octocat"}},"signature":{"isValid":true,"signer":{"login":"hubot"}}}`, ""},
		{"a signature that is not valid", `{"author":{"user":{"login":"octocat"}},"signature":{"isValid":false,"wasSignedByGitHub":true}}`, ""},
		{"not signed", `{"author":{"user":{"login":"octocat"}},"signature":null}`, ""},
		{"an App's by its address", `{"author":{"email":"49699333+dependabot[bot]@users.noreply.github.com"},"signature":{"isValid":true,"wasSignedByGitHub":true}}`, "dependabot[bot]"},
		{"an App's by its account", `{"author":{"email":"49699333+dependabot[bot]@users.noreply.github.com","user":{"login":"dependabot[bot]"}},"signature":{"isValid":true,"wasSignedByGitHub":true}}`, "dependabot[bot]"},
		{"an App's on an enterprise server", `{"author":{"email":"7+dependabot[bot]@users.noreply.ghe.example.com","user":{"login":"dependabot"}},"signature":{"isValid":true,"wasSignedByGitHub":true}}`, "dependabot[bot]"},
		{"an App's address that nobody signed", `{"author":{"email":"49699333+dependabot[bot]@users.noreply.github.com"}}`, ""},
		{"a user of a bot's name", `{"author":{"email":"x@example.com","user":{"login":"dependabot"}},"signature":{"isValid":true,"wasSignedByGitHub":true}}`, "dependabot"},
		{"another account at an App's address", `{"author":{"email":"1+dependabot[bot]@users.noreply.github.com","user":{"login":"octocat"}},"signature":{"isValid":true,"wasSignedByGitHub":true}}`, "octocat"},
		{"no author", `{"signature":{"isValid":true,"wasSignedByGitHub":true}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var n commitNode
			if err := json.Unmarshal([]byte(tt.commit), &n); err != nil {
				t.Fatal(err)
			}
			if got := n.author(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestMovingHead is about a pull request that is pushed to while it is read.
func TestMovingHead(t *testing.T) {
	more := map[string]string{"changedFiles": "2", "files": `{"pageInfo":{"hasNextPage":true,"endCursor":"c"},"nodes":[{"path":"a.go","changeType":"ADDED"}]}`}
	page := `{"repository":{"pullRequest":{"headRefOid":%q,"files":{"pageInfo":{},"nodes":[{"path":"b.go","changeType":"ADDED"}]}}}}`
	moves := 1
	f := newFake(t, func(what string, _ *http.Request) reply {
		if what != "Files" {
			return reply{body: answerJSON(pullJSON(more), "", noOrg)}.graph()
		}
		if moves--; moves >= 0 {
			return reply{body: fmt.Sprintf(page, baseSHA)}.graph()
		}
		return reply{body: fmt.Sprintf(page, headSHA)}.graph()
	})
	c := f.client(nil)
	p, err := c.Pull(t.Context(), pr, ask)
	if err != nil || len(p.Change.Files) != 2 || p.Change.Diff != checks.DiffWhole {
		t.Errorf("%d files, %v", len(p.Change.Files), err)
	}
	if got := f.asked(); !slices.Equal(got, []string{"Pull", "Files", "Pull", "Files"}) {
		t.Errorf("asked %q", got)
	}
	moves = 100
	var later *gate.Unavailable
	if _, err := c.Pull(t.Context(), pr, ask); !as(err, &later) || !later.Stale {
		t.Errorf("a head that never rests: %v", err)
	}
}

// TestHeadThatIsNotListed is about pull requests with more commits than GitHub
// lists, and with more others on their head than one page has.
func TestHeadThatIsNotListed(t *testing.T) {
	suites := `"checkSuites":{"nodes":[
		{"app":{"slug":"github-actions"},"checkRuns":{"nodes":[{"databaseId":30000000001,"name":"backout","status":"COMPLETED","conclusion":"FAILURE","title":"t","summary":null}]}},
		{"app":{"slug":"elsewhere"},"checkRuns":{"nodes":[{"databaseId":2,"name":"backout","status":"COMPLETED","conclusion":"SUCCESS"}]}},
		{"app":null,"checkRuns":{"nodes":[{"databaseId":3,"name":"backout"}]}}]}`
	other := func(number int) string {
		return fmt.Sprintf(`null,{"number":%d,"state":"OPEN","headRefOid":%q,"headRepository":{"nameWithOwner":"Acme/Shop"},"baseRepository":{"nameWithOwner":"acme/shop"}}`, number, headSHA)
	}
	page := 0
	f := newFake(t, func(what string, _ *http.Request) reply {
		if what == "Pull" {
			return reply{body: answerJSON(pullJSON(map[string]string{"head": `{"nodes":[{"commit":{"oid":"` + baseSHA + `"}}]}`}), "", noOrg)}.graph()
		}
		page++
		return reply{body: fmt.Sprintf(`{"repository":{"object":{"oid":%q,%s,"associatedPullRequests":{"pageInfo":{"hasNextPage":%v,"endCursor":"c"},"nodes":[%s,%s]}}}}`,
			headSHA, suites, page == 1, other(812), other(900+page))}.graph()
	})
	p, err := f.client(nil).Pull(t.Context(), pr, ask)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.asked(); !slices.Equal(got, []string{"Pull", "Head", "Head"}) {
		t.Errorf("asked %q", got)
	}
	if !slices.Equal(p.Sharing, []int{901, 902}) {
		t.Errorf("sharing %v", p.Sharing)
	}
	if len(p.Runs) != 1 || p.Runs[0].ID != 30000000001 || p.Runs[0].Conclusion != checks.Failure || p.Runs[0].SHA != headSHA {
		t.Errorf("check runs %+v", p.Runs)
	}
}

// TestOpenThatTakesTooLong is about a page that GitHub does not come to an end
// with.
func TestOpenThatTakesTooLong(t *testing.T) {
	f := newFake(t, func(what string, r *http.Request) reply {
		var ask struct{ Query string }
		_ = json.NewDecoder(r.Body).Decode(&ask)
		if !strings.Contains(ask.Query, "first:5,") {
			return reply{status: 502}
		}
		return reply{body: `{"viewer":{"login":"x"},"repository":{"nameWithOwner":"acme/shop","pullRequests":{"pageInfo":{"hasNextPage":true,"endCursor":"next"},"nodes":[null,` + pullJSON(nil) + `]}},"org":null}`}.graph()
	})
	pulls, next, err := f.client(nil).Open(t.Context(), shop, ask, "")
	if err != nil || len(pulls) != 1 || pulls[0].Number != 812 || next != "next" {
		t.Errorf("%d pull requests, next %q, %v", len(pulls), next, err)
	}
	if n := len(f.asked()); n != 2*maxTries+1 {
		t.Errorf("%d calls", n)
	}
}

// TestAPageWithErrors is about errors that concern one pull request of a page.
func TestAPageWithErrors(t *testing.T) {
	for _, tt := range []struct {
		name, nodes, path string
		unread            []bool // of each that is listed; nil: the page is not read
	}{
		{"a part of one", pullJSON(nil) + "," + pullJSON(nil), `["repository","pullRequests","nodes",1,"labels"]`, []bool{false, true}},
		{"a fork that may not be seen", pullJSON(nil), `["repository","pullRequests","nodes",0,"headRepository"]`, []bool{false}},
		{"one that is not named", pullJSON(nil) + ",null", `["repository","pullRequests","nodes",1]`, nil},
		{"the page", "", `["repository","pullRequests","nodes"]`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, func(string, *http.Request) reply {
				return reply{body: `{"data":{"viewer":{"login":"x"},"repository":{"nameWithOwner":"acme/shop","pullRequests":{"pageInfo":{},"nodes":[` + tt.nodes +
					`]}},"org":` + noOrg + `},"errors":[{"type":"NOT_FOUND","message":"x","path":` + tt.path + `}]}`}
			})
			pulls, _, err := f.client(nil).Open(t.Context(), shop, ask, "")
			if (err != nil) != (tt.unread == nil) || len(pulls) != len(tt.unread) {
				t.Fatalf("%d pull requests, %v", len(pulls), err)
			}
			for i, p := range pulls {
				if (p.Err != nil) != tt.unread[i] || p.Number != 812 {
					t.Errorf("%s, place %d: %v", p.Ref, i, p.Err)
				}
			}
		})
	}
}

func TestTextHeldToItsID(t *testing.T) {
	const id = "ce013625030ba8dba906f756967f9e9ca394464a" // of "hello\n"
	data := "hello\n"
	f := newFake(t, func(what string, r *http.Request) reply {
		if r.Header.Get("Accept") != "application/vnd.github.raw+json" {
			t.Errorf("accepts %q", r.Header.Get("Accept"))
		}
		return reply{body: data}
	})
	c := f.client(nil)
	file := gate.File{Repo: shop, Path: "a b/ü?.yml"}
	read, err := c.text(t.Context(), file, "HEAD", &blob{Type: "Blob", OID: id, IsTruncated: true})
	if err != nil || read.Data != data {
		t.Errorf("%+v, %v", read, err)
	}
	if got := f.asked()[0]; got != "GET /repos/acme/shop/contents/a%20b/%C3%BC%3F.yml?ref=HEAD" {
		t.Errorf("asked %q", got)
	}
	data = "other\n"
	var later *gate.Unavailable
	if _, err := c.text(t.Context(), file, "HEAD", &blob{Type: "Blob", OID: id, IsTruncated: true}); !as(err, &later) || !later.Stale {
		t.Errorf("another content: %v", err)
	}
	if !isContentOf(sha256Hello, []byte("hello\n")) {
		t.Error("an id by SHA-256 is not taken")
	}
}

// sha256Hello is git's id of "hello\n" in a repository that uses SHA-256.
const sha256Hello = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"

// TestLinesOfAnotherHead is about lines that may not be those of the files that
// were read.
func TestLinesOfAnotherHead(t *testing.T) {
	list := func(path, ref string) string {
		return fmt.Sprintf(`[{"filename":%q,"status":"modified","additions":1,"deletions":0,"patch":"@@ -1 +1,2 @@\n a\n+b","contents_url":"https://api.github.com/x?ref=%s"}]`, path, ref)
	}
	for _, tt := range []struct {
		name, list, head string
		stale            bool
		asked            []string
	}{
		{"of the head", list("a.go", headSHA), "", false, []string{"files"}},
		{"without a commit in the address", list("a.go", "topic"), "", false, []string{"files"}},
		{"another commit in the address, and the head stands", list("a.go", baseSHA), headSHA, false, []string{"files", "Still"}},
		{"another commit in the address, and the head moved", list("a.go", baseSHA), baseSHA, true, []string{"files", "Still"}},
		{"another file", list("b.go", headSHA), "", true, []string{"files"}},
		{"more files", strings.Replace(list("a.go", headSHA), "]", `,{"filename":"b.go","status":"added"}]`, 1), "", true, []string{"files"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, func(what string, _ *http.Request) reply {
				switch {
				case strings.HasPrefix(what, "GET "):
					return reply{body: tt.list}
				case what == "Still":
					return reply{body: fmt.Sprintf(`{"repository":{"pullRequest":{"headRefOid":%q}}}`, tt.head)}.graph()
				}
				return reply{body: answerJSON(pullJSON(nil), "", noOrg)}.graph()
			})
			c := f.client(nil)
			p, err := c.Pull(t.Context(), pr, ask)
			if err != nil {
				t.Fatal(err)
			}
			err = c.Lines(t.Context(), &p)
			var later *gate.Unavailable
			if stale := as(err, &later) && later.Stale; stale != tt.stale || err != nil && !stale || (err == nil) != p.Lines {
				t.Errorf("%v, lines %v", err, p.Lines)
			}
			asked := f.asked()[1:]
			asked[0] = "files"
			if !slices.Equal(asked, tt.asked) {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

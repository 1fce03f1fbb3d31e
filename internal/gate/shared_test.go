package gate

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
)

func judgedAs(number int, c checks.Conclusion, at int64) Judged {
	return Judged{
		Pull:    Pull{Ref: Ref{shop, number}, UpdatedAt: time.Unix(at, 0)},
		Verdict: checks.Verdict{Conclusion: c, InputDigest: "sha256:" + strings.Repeat("ab", 32)},
	}
}

func TestTheStrictestDecides(t *testing.T) {
	failure, success, neutral := judgedAs(3, checks.Failure, 1), judgedAs(2, checks.Success, 1), judgedAs(1, checks.Neutral, 1)
	missing := []Missing{{Ref: Ref{shop, 4}}}
	tests := map[string]struct {
		shared     Shared
		outcome    Outcome
		conclusion checks.Conclusion
	}{
		"a failure before all":            {Shared{Judged: []Judged{neutral, success, failure}, Missing: missing}, Failed, checks.Failure},
		"no verdict yet before a success": {Shared{Judged: []Judged{neutral, success}, Missing: missing}, NoVerdict, checks.Failure},
		"success before neutral":          {Shared{Judged: []Judged{neutral, success}}, Passed, checks.Success},
		"neutral":                         {Shared{Judged: []Judged{neutral}}, Reported, checks.Neutral},
		"no verdict where it reports":     {Shared{Missing: missing, Reports: true}, NoVerdict, checks.Neutral},
		"nothing at all":                  {Shared{}, NoVerdict, checks.Failure},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			strictestFirst(tt.shared.Judged)
			if o, c := tt.shared.Outcome(), tt.shared.Conclusion(); o != tt.outcome || c != tt.conclusion {
				t.Errorf("%s, %s", o, c)
			}
		})
	}
}

func TestExternalID(t *testing.T) {
	two := Shared{Judged: []Judged{judgedAs(9, checks.Failure, 200)}, Missing: []Missing{{Ref: Ref{shop, 8}}}}
	id := externalID(two)
	if want := "8:none 9:sha256:" + strings.Repeat("ab", 32); standsFor(id) != want {
		t.Errorf("stands for %q, want %q", standsFor(id), want)
	}
	if at := seen(id); !at[9].Equal(time.Unix(200, 0)) || len(at) != 2 || digestOf(id, 8) != "none" || digestOf(id, 7) != "" {
		t.Errorf("seen %v", at)
	}
	var many Shared
	for i := range 30 {
		many.Judged = append(many.Judged, judgedAs(1000+i, checks.Success, int64(i)))
	}
	long := externalID(many)
	if len(long) > maxExternalID || !strings.HasPrefix(long, "sha256:") || len(seen(long)) == 0 {
		t.Errorf("%d characters: %s", len(long), long)
	}
	many.Judged[3].Verdict.InputDigest = "sha256:cd"
	if standsFor(externalID(many)) == standsFor(long) {
		t.Error("a hashed id is the same for another verdict")
	}
	for _, foreign := range []string{"", "4c1d9e2f-0000", "1:sha256:a", "x @y", "x @1=y"} {
		if at := seen(foreign); len(at) != 0 {
			t.Errorf("%q: %v", foreign, at)
		}
	}
}

func TestTheStampOfAComment(t *testing.T) {
	at := time.Date(2027, 3, 2, 14, 30, 0, 0, time.UTC)
	body := "Blocked\n\nText.\n" + mark + "\n"
	stamped := stamp(body, at)
	if !strings.HasSuffix(stamped, "\n"+mark+"\n") || !stampOf(stamped).Equal(at) || unstamped(stamped) != strings.TrimSpace(body)+"\n" {
		t.Errorf("stamped %q, back %q", stamped, unstamped(stamped))
	}
	// What an author wrote is never where ours is.
	forged := "<!-- backout:seen 2099-01-01T00:00:00Z -->\n" + body
	if !stampOf(forged).IsZero() || !stampOf(stamp(forged, at)).Equal(at) {
		t.Errorf("a forged time counts: %s", stampOf(forged))
	}
	for _, odd := range []string{"", "\n", mark, "a\n<!-- backout:seen x -->\n" + mark} {
		if !stampOf(odd).IsZero() {
			t.Errorf("%q has a time", odd)
		}
	}
	if crlf := strings.ReplaceAll(stamped, "\n", "\r\n"); !stampOf(crlf).Equal(at) || !sameText(unstamped(crlf), body) {
		t.Errorf("not found again with other line ends: %q", unstamped(crlf))
	}
}

// TestAnotherOneThatCannotBeRead is counted by a check run that stands on the
// commit.
func TestAnotherOneThatCannotBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		head    string // the head commit of the other one
		from    string // the head repository of this one
		id      string // of the check run, a failure
		fails   bool
		want    checks.Conclusion
		summary string
	}{
		"it left":                 {"bbb", shop.String(), "1:sha256:ab 2:sha256:cd @1=1,2=1", false, checks.Success, "Passes"},
		"it left a fork's commit": {"bbb", "octocat/shop", "1:sha256:ab 2:sha256:cd @1=1,2=1", false, checks.Success, "Passes"},
		"it is a stranger's":      {"bbb", shop.String(), "2:sha256:cd @2=1", false, checks.Success, "Passes"},
		"it is still there":       {"aaa", shop.String(), "1:sha256:ab 2:sha256:cd @1=1,2=1", false, checks.Failure, "[acme/shop#2]"},
		"this is a stranger's, and decides nothing": {"bbb", "octocat/shop", "2:sha256:cd @2=1", true, checks.Failure, ""},
	} {
		for _, turns := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, turns: %t", name, turns), func(t *testing.T) {
				w := newWorld()
				w.open(1, good, "aaa", tt.from)
				w.open(2, poor, tt.head, shop.String())
				w.runs = []Run{{ID: 1, Name: CheckName, SHA: "aaa", Status: completed, Conclusion: checks.Failure, ExternalID: tt.id}}
				g := w.gate()
				g.Reader = unreadable{w, 2}
				if turns {
					g.Turn = &Turn{}
					if _, err := g.Enforce(t.Context(), Subject{Ref: Ref{shop, 1}}); err == nil && tt.head == "bbb" {
						t.Error("it is not tried again, though GitHub may be behind")
					}
					g.Turn = &Turn{Tries: maxStale}
				}
				r, err := g.Enforce(t.Context(), Subject{Ref: Ref{shop, 1}})
				said := fmt.Sprint(w.runs[0].Title, w.runs[0].Summary, r.Shared.Missing)
				if (err != nil) != tt.fails || w.runs[0].Conclusion != tt.want || !strings.Contains(said, tt.summary) {
					t.Errorf("%s %q, error %v", w.runs[0].Conclusion, said, err)
				}
			})
		}
	}
}

// unreadable is a world in which one pull request cannot be read.
type unreadable struct {
	*world
	number int
}

func (u unreadable) Pull(ctx context.Context, ref Ref, ask Ask) (Pull, error) {
	if ref.Number == u.number {
		return Pull{}, &Unavailable{What: ref.String(), Why: "HTTP 502"}
	}
	return u.world.Pull(ctx, ref, ask)
}

package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

// Shared is the verdicts that one commit stands for: required checks sit on the
// commit, and several open pull requests can have it as their head.
type Shared struct {
	// Judged are the verdicts, the strictest first and then by number.
	Judged []Judged
	// Missing are the pull requests that could not be judged.
	Missing []Missing
	// Reports is true where the policy, as far as it is known, only reports.
	Reports bool
}

// Missing is a pull request without a verdict, and why.
type Missing struct {
	Ref
	Err error
}

// Outcome is what several verdicts come to.
type Outcome string

// The outcomes, from strict to mild.
const (
	Failed    Outcome = "failure"
	NoVerdict Outcome = "no verdict yet"
	Passed    Outcome = "success"
	Reported  Outcome = "neutral"
)

// Counts reports a pull request whose verdict, or lack of one, counts.
func (s Shared) Counts(number int) bool {
	return slices.ContainsFunc(s.Judged, func(j Judged) bool { return j.Pull.Number == number }) ||
		slices.ContainsFunc(s.Missing, func(m Missing) bool { return m.Number == number })
}

// Outcome is the strictest: a failure, then no verdict yet, then success, then
// neutral.
func (s Shared) Outcome() Outcome {
	switch {
	case len(s.Judged) > 0 && s.Judged[0].Verdict.Conclusion == checks.Failure:
		return Failed
	case len(s.Missing) > 0 || len(s.Judged) == 0:
		return NoVerdict
	case s.Judged[0].Verdict.Conclusion == checks.Success:
		return Passed
	}
	return Reported
}

// Conclusion is the conclusion of a check run for the outcome. Where there is
// no verdict yet the merge waits, unless all that is known only reports.
func (s Shared) Conclusion() checks.Conclusion {
	switch s.Outcome() {
	case Passed:
		return checks.Success
	case Reported:
		return checks.Neutral
	case NoVerdict:
		if s.Reports {
			return checks.Neutral
		}
	}
	return checks.Failure
}

// strictestFirst orders verdicts.
func strictestFirst(judged []Judged) {
	rank := map[checks.Conclusion]int{checks.Failure: 0, checks.Success: 1, checks.Neutral: 2}
	slices.SortFunc(judged, func(a, b Judged) int {
		if d := rank[a.Verdict.Conclusion] - rank[b.Verdict.Conclusion]; d != 0 {
			return d
		}
		return a.Pull.Number - b.Pull.Number
	})
}

// maxExternalID is the longest external id, in characters: GitHub states no
// limit, and a database column has one.
const maxExternalID = 255

// externalID records what a check run stands for: the sorted "number:input
// digest" pairs of the pull requests that were counted, hashed where they are
// longer than 255 characters, and behind an @ when each of them last changed,
// as far as was known. The times tell two processes that race which of them has
// seen more; they are no part of what a run says.
func externalID(s Shared) string {
	type pair struct {
		number int
		text   string
		at     int64
	}
	var pairs []pair
	for _, j := range s.Judged {
		pairs = append(pairs, pair{j.Pull.Number, fmt.Sprintf("%d:%s", j.Pull.Number, j.Verdict.InputDigest), j.Pull.UpdatedAt.Unix()})
	}
	for _, m := range s.Missing {
		pairs = append(pairs, pair{m.Number, fmt.Sprintf("%d:%s", m.Number, noDigest), 0})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return a.number - b.number })
	var texts, times []string
	for _, p := range pairs {
		texts = append(texts, p.text)
		times = append(times, fmt.Sprintf("%d=%d", p.number, p.at))
	}
	id := strings.Join(texts, " ") + seenMark + strings.Join(times, ",")
	if len(id) <= maxExternalID {
		return id
	}
	sum := sha256.Sum256([]byte(strings.Join(texts, " ")))
	id = "sha256:" + hex.EncodeToString(sum[:]) + seenMark + strings.Join(times, ",")
	if len(id) > maxExternalID {
		id = id[:strings.LastIndexByte(id[:maxExternalID], ',')]
	}
	return id
}

// seenMark parts what a run stands for from the times.
const seenMark = " @"

// standsFor is an external id without its times.
func standsFor(externalID string) string {
	what, _, _ := strings.Cut(externalID, seenMark)
	return what
}

// seen reads the times of an external id, by the pull requests' numbers. A run
// that is not ours has none.
func seen(externalID string) map[int]time.Time {
	_, times, ours := strings.Cut(externalID, seenMark)
	if !ours {
		return nil
	}
	at := map[int]time.Time{}
	for _, entry := range strings.Split(times, ",") {
		number, seconds, _ := strings.Cut(entry, "=")
		n, err := strconv.Atoi(number)
		s, err2 := strconv.ParseInt(seconds, 10, 64)
		if err != nil || err2 != nil {
			return nil
		}
		at[n] = time.Unix(s, 0)
	}
	return at
}

// Counted lists the pull requests that a check run of ours stands for, as far as
// its external id has room for them.
func (r Run) Counted() []int { return slices.Sorted(maps.Keys(seen(r.ExternalID))) }

// Without reports a check run that says already that a pull request has no
// verdict.
func (r Run) Without(number int) bool { return digestOf(r.ExternalID, number) == noDigest }

// noDigest stands for what a verdict would be made from where there is none.
const noDigest = "none"

// digestOf is what an external id says that a pull request was judged from;
// empty where it does not say.
func digestOf(externalID string, number int) string {
	for _, pair := range strings.Fields(standsFor(externalID)) {
		if n, digest, _ := strings.Cut(pair, ":"); n == strconv.Itoa(number) {
			return digest
		}
	}
	return ""
}

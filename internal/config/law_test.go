package config

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

// milder says how one verdict is milder than another, or nothing: it compares
// the conclusion, then blocked, then the set of block findings by identity.
func milder(v, than checks.Verdict) string {
	strictness := map[checks.Conclusion]int{checks.Neutral: 1, checks.Success: 2, checks.Failure: 3}
	switch a, b := strictness[v.Conclusion], strictness[than.Conclusion]; {
	case a > b:
		return ""
	case a < b:
		return fmt.Sprintf("it concludes with %s, not %s", v.Conclusion, than.Conclusion)
	case v.Blocked != than.Blocked:
		if than.Blocked {
			return "it does not block"
		}
		return ""
	}
	return missing(v, than, checks.Block)
}

// missing names a finding of the other verdict, of the severity or a stricter
// one, that the verdict does not have as strictly.
func missing(v, other checks.Verdict, from checks.Severity) string {
	rank := map[checks.Severity]int{checks.Note: 1, checks.Warn: 2, checks.Block: 3}
	have := map[string]int{}
	for _, f := range v.Findings {
		have[identity(f)] = max(have[identity(f)], rank[f.Severity])
	}
	for _, f := range other.Findings {
		if rank[f.Severity] >= rank[from] && have[identity(f)] < rank[f.Severity] {
			return fmt.Sprintf("it lacks %s %s", f.Severity, identity(f))
		}
	}
	return ""
}

func identity(f checks.Finding) string {
	return f.Code + "|" + f.Section + "|" + f.System + "|" + f.Path
}

// lawPair is one try of the law.
type lawPair struct {
	org, repo File
	where     Where
	change    checks.Change
	alone     checks.Verdict // under the organisation's file only
}

// group is how many repositories are tried under one organisation's file.
const group = 4

// newPair makes the pair of a seed. Its neighbour gives what both have, since
// judging it once is enough.
func newPair(seed uint64, neighbour lawPair) lawPair {
	p := neighbour
	if seed%group == 0 || p.org.Name == "" {
		g := newGenerator(seed / group)
		p = lawPair{org: g.file("acme/.github:backout.yml", false), where: g.where(), change: g.change()}
		alone := p.org.Policy()
		if p.reports() {
			alone.Mode = checks.Audit
		}
		p.alone = checks.Evaluate(alone, p.change, p.where.At)
	}
	p.repo = newGenerator(seed|1<<63).file(".github/backout.yml", true)
	return p
}

// try holds the law for one pair, and what goes with it: no warning of the
// organisation's is lost, and nobody else may override. It returns what is
// broken.
func (p lawPair) try(r rules) string {
	m := merge(r, &p.org, &p.repo, p.where)
	merged := checks.Evaluate(m.Policy, p.change, p.where.At)
	if broken := milder(merged, p.alone); broken != "" {
		return broken
	}
	if p.alone.Mode == merged.Mode {
		if lost := missing(merged, p.alone, checks.Warn); lost != "" {
			return lost
		}
	}
	if !cmp.Equal(m.Override, p.approval()) {
		return "others may override it"
	}
	return ""
}

// approval is who may override by the organisation's file.
func (p lawPair) approval() Approval {
	o := p.org.Override
	a := Approval{By: []string{"maintain", "admin"}, Author: o.Author.Or(AuthorNever), Expires: o.Expires.Or(24 * time.Hour)}
	if o.By.Set {
		a.By = o.By.Values()
	}
	return a
}

// reports says by other means than merging whether the organisation's file is
// not enforced yet, or not here.
func (p lawPair) reports() bool {
	e := p.org.Enforce
	here := !e.Repositories.Set
	for _, glob := range e.Repositories.Values() {
		start, wild := strings.CutSuffix(glob, "*")
		here = here || glob == p.where.Repository || wild && strings.HasPrefix(p.where.Repository, start)
	}
	return !here || p.where.At.Before(p.org.EnforcedFrom())
}

// pairs is how many pairs are tried. BACKOUT_LAW_PAIRS asks for more, and
// BACKOUT_LAW_FIRST for others.
func pairs(t *testing.T) (first, n uint64) {
	t.Helper()
	n = 100_000
	if raceDetector || testing.Short() {
		n = 2_000
	}
	for name, to := range map[string]*uint64{"BACKOUT_LAW_PAIRS": &n, "BACKOUT_LAW_FIRST": &first} {
		if s := os.Getenv(name); s != "" {
			v, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			*to = v
		}
	}
	return first, n
}

// eachPair tries the pairs on all processors until one breaks the law.
func eachPair(first, n uint64, try func(lawPair) (broken string)) (seed uint64, broken string) {
	// Little of what is made lives on, so that collecting it less often is faster.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	first -= first % group
	var next atomic.Uint64
	next.Store(first)
	var found sync.Mutex
	var stop atomic.Bool
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for !stop.Load() {
				from := next.Add(group) - group
				if from >= first+n {
					return
				}
				var p lawPair
				for s := from; s < from+group; s++ {
					p = newPair(s, p)
					if b := try(p); b != "" {
						found.Lock()
						seed, broken = s, b
						found.Unlock()
						stop.Store(true)
						break
					}
				}
			}
		})
	}
	wait.Wait()
	return seed, broken
}

func TestTheMergedVerdictIsNeverMilderThanTheOrganisations(t *testing.T) {
	first, n := pairs(t)
	var blocking, passing atomic.Uint64
	start := time.Now()
	r := standing()
	seed, broken := eachPair(first, n, func(p lawPair) string {
		if p.alone.Blocked {
			blocking.Add(1)
		} else if p.alone.Exempt == nil {
			passing.Add(1)
		}
		return p.try(r)
	})
	if broken != "" {
		t.Fatalf("pair %d: %s\n%s", seed, broken, newPair(seed, lawPair{}).describe())
	}
	t.Logf("%d pairs, of which the organisation's verdict blocks %d and passes %d, in %s",
		n, blocking.Load(), passing.Load(), time.Since(start).Round(time.Millisecond))
	if blocking.Load()*3 < n || passing.Load()*10 < n {
		t.Errorf("of %d pairs the organisation's verdict blocks %d and passes %d: what is generated is one-sided", n, blocking.Load(), passing.Load())
	}
}

// describe shows a pair that breaks the law.
func (p lawPair) describe() string {
	m := Merge(&p.org, &p.repo, p.where)
	show := func(v checks.Verdict) string {
		s := fmt.Sprintf("%s (%s)", v.Title, v.Conclusion)
		for _, f := range v.Findings {
			s += fmt.Sprintf("\n  %s %s", f.Severity, identity(f))
		}
		return s
	}
	text := "organisation: " + show(p.alone) + "\nmerged: " + show(checks.Evaluate(m.Policy, p.change, p.where.At))
	for _, s := range m.Settings {
		if s.Origin.Kind != FromDefault {
			text += fmt.Sprintf("\n%s: %s (%s)", s.Key(), s.Text, s.Origin)
		}
	}
	for _, o := range m.Overruled {
		text += "\n" + o.String()
	}
	return text + "\n" + p.change.Body
}

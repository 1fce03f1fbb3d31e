package gate

import "time"

// maxAhead is how far a time may lie in the future: our clock and GitHub's differ
// by less.
const maxAhead = time.Minute

// outrun reports that somebody published a verdict of a newer state than the
// one that was judged here, and raises what the next read must not be older
// than. A verdict of another state with the same time may be newer or older: the
// pull request is read again before it is overwritten, unless there are turns:
// then it is that of an earlier one.
func (e *enforcement) outrun() bool {
	again := false
	meet := func(n int, at time.Time) {
		j, ok := e.judged[n]
		switch {
		case !ok || at.Before(j.Pull.UpdatedAt):
		case at.After(j.Pull.UpdatedAt):
			again = e.believe(n, at) || again
		case e.Turn == nil && e.yielded < maxDoubts:
			e.yielded++
			again = true
		}
	}
	if e.CheckRun {
		id := externalID(e.out.Shared)
		for _, r := range e.runs {
			for n, at := range seen(r.ExternalID) {
				if digestOf(r.ExternalID, n) != digestOf(id, n) {
					meet(n, at)
				}
			}
		}
	}
	// Everybody who may write can edit a comment. Where there are turns it is the
	// queue that knows of what is newer.
	if len(e.comments) == 0 || e.Group != "" || e.Turn != nil {
		return again
	}
	body := e.body()
	for _, c := range e.comments {
		if !sameText(unstamped(c.Body), body) {
			meet(e.Number, stampOf(c.Body))
		}
	}
	return again
}

// believe has the next read be as new as a verdict that was found says that the
// pull request is, unless that cannot be or no read ever said so.
func (e *enforcement) believe(n int, at time.Time) bool {
	if !e.trusts || e.ahead(at) {
		return false
	}
	if _, already := e.told[n]; !already {
		e.told[n] = e.fresh[n]
	}
	e.fresh[n], e.stands = Fresh{UpdatedAt: at}, false
	return true
}

// ahead reports a time that has not come.
func (e *enforcement) ahead(at time.Time) bool { return at.After(e.Now().Add(maxAhead)) }

// distrust takes back what verdicts that were found said, and reports whether
// there was any. Whoever wrote them may have written what they liked.
func (e *enforcement) distrust() bool {
	some := len(e.told) > 0
	for n, f := range e.told {
		e.fresh[n] = f
	}
	clear(e.told)
	e.trusts = false
	return some
}

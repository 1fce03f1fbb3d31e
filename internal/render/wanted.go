package render

import (
	"slices"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// When a pull request gets a comment, as the policy's key comment says it.
const (
	CommentAlways = "always"
	CommentNever  = "never"
)

// CommentWanted reports whether a pull request's comment is to be written. When
// is the policy's word; where it is neither of the two above, the comment comes
// when there is something to fix or a reviewer must know. A comment that exists
// is kept true, also on a draft and on a branch that the policy gives none: a
// comment that says what no longer holds is worse than none.
func CommentWanted(when string, r Report, onBranch, exists bool) bool {
	switch {
	case when == CommentNever:
		return false
	case exists:
		return true
	case r.Draft != nil && *r.Draft, !onBranch, r.NoVerdict != nil:
		return false
	case when == CommentAlways:
		return true
	}
	v := r.Verdict
	return v.Override != nil || r.situation() != templates.Quiet || slices.ContainsFunc(v.Findings, liftedFreeze)
}

// liftedFreeze is a freeze that a label lifts, which a reviewer must know.
func liftedFreeze(f checks.Finding) bool { return f.Check == "freeze" }

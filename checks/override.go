package checks

import (
	"slices"
	"time"
)

// Override lets a blocked change through. It answers for what it lifts and
// ends where something else blocks.
type Override struct {
	By, Reason string
	At         time.Time
	Expires    time.Time // zero: it ends with the head that it was given for
	// Lifts holds the identities of the findings that it lifts; in a Change, none
	// means everything that blocks.
	Lifts []string
}

// lifting returns the override as the verdict shows it, with what it lifts, or
// nil where it does not hold: it has ended, nothing blocks, or something blocks
// that it does not name.
func (o *Override) lifting(findings []Finding, at time.Time) *Override {
	if o == nil || o.ended(at) {
		return nil
	}
	var lifted []string
	for _, f := range findings {
		if f.Severity != Block {
			continue
		}
		id := f.Identity()
		if len(o.Lifts) > 0 && !slices.Contains(o.Lifts, id) {
			return nil
		}
		if !slices.Contains(lifted, id) {
			lifted = append(lifted, id)
		}
	}
	if len(lifted) == 0 {
		return nil
	}
	held := *o
	held.Lifts = lifted
	return &held
}

func (o *Override) ended(at time.Time) bool { return !o.Expires.IsZero() && !at.Before(o.Expires) }

package checks

import (
	"time"

	"github.com/backout-dev/backout/internal/plan"
)

// Input is one evaluation's view of the world, computed once. Checks read it
// and nothing else.
type Input struct {
	Change       Change
	Plan         plan.Plan
	Sections     []Section // final states, in the policy's order
	Touched      []TouchedSystem
	Size         Size
	Irreversible []IrreversibleLine
	NotSeen      []string
	At           time.Time
}

// Check is one rule: a name, where its settings stand in a policy, and a pure
// function from facts to findings.
type Check struct {
	ID      string // stable: policy key, prefix of its finding codes, docs anchor
	Summary string
	Run     func(Policy, Input) []Finding
}

// All lists the checks in the order in which their findings are shown.
func All() []Check {
	return []Check{
		sectionsCheck,
		irreversibleCheck,
		blastRadiusCheck,
		diffSizeCheck,
		freezeCheck,
		hoursCheck,
		tasksCheck,
	}
}

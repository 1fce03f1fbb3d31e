package server

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backout-dev/backout/internal/queue"
)

// Router turns an event into the subjects that want work.
type Router struct {
	// AppID is our App: of the check runs, only its own are ours.
	AppID int64
	// Accounts are the owners to serve; none: all.
	Accounts []string
	// Organisation is where an organisation's policy file is.
	Organisation File
}

// File is a file on the default branch of a repository of each owner.
type File struct{ Repository, Path string }

// CheckAgain is the identifier of the button of our check run.
const CheckAgain = "check-again"

// The outcomes of a delivery that was accepted.
const (
	Stored       = "stored"
	Ignored      = "ignored"       // nothing follows from it
	Uninstalled  = "uninstalled"   // it names no installation
	OtherAccount = "other-account" // its owner is not among those to serve
	OtherApp     = "other-app"     // about the check run of another App
)

// kind is what a delivery is about.
type kind struct{ event, action string }

// route is what follows from an event.
type route struct {
	wants func(Router, *envelope) []queue.Want
	// urgent: an old verdict may stand on the head until this one is there.
	urgent bool
	// moved: the repository came to this installation, or got this name.
	moved bool
}

// routes is what follows from which event and action. What is not here is
// answered and counted. Our own pull_request events are judged like any other:
// nothing is written where nothing changed, so that loops end.
var routes = map[kind]route{
	{"pull_request", "opened"}:             {wants: pullRequest},
	{"pull_request", "edited"}:             {wants: pullRequest, urgent: true},
	{"pull_request", "synchronize"}:        {wants: pullRequest, urgent: true}, // a head may come back to a commit with an older verdict
	{"pull_request", "reopened"}:           {wants: pullRequest, urgent: true}, // likewise
	{"pull_request", "ready_for_review"}:   {wants: pullRequest},
	{"pull_request", "converted_to_draft"}: {wants: pullRequest},
	{"pull_request", "labeled"}:            {wants: pullRequest},
	{"pull_request", "unlabeled"}:          {wants: pullRequest},
	{"pull_request", "closed"}:             {wants: pullRequest}, // others may share its head

	{"check_run", "rerequested"}:      {wants: ownCheck},
	{"check_run", "requested_action"}: {wants: pressed},
	{"check_suite", "rerequested"}:    {wants: ownCheck},

	{"merge_group", "checks_requested"}: {wants: mergeGroup},
	{"merge_group", "destroyed"}:        {wants: mergeGroup},

	{"push", ""}: {wants: pushed},

	{"repository", "renamed"}:     {wants: changedRepository, moved: true},
	{"repository", "transferred"}: {wants: changedRepository, moved: true},
	{"repository", "archived"}:    {wants: changedRepository},
	{"repository", "unarchived"}:  {wants: changedRepository},
	{"repository", "deleted"}:     {wants: changedRepository},
	{"repository", "privatized"}:  {wants: changedRepository},
	{"repository", "publicized"}:  {wants: changedRepository},
	{"repository", "edited"}:      {wants: editedRepository},

	{"installation", "created"}:                  {wants: installation},
	{"installation", "deleted"}:                  {wants: installation},
	{"installation", "suspend"}:                  {wants: installation},
	{"installation", "unsuspend"}:                {wants: installation},
	{"installation", "new_permissions_accepted"}: {wants: installation},
	{"installation_repositories", "added"}:       {wants: listedRepositories, moved: true},
	{"installation_repositories", "removed"}:     {wants: listedRepositories},
	{"installation_target", "renamed"}:           {wants: installation},
}

// Events lists the events from which something follows, in order: those that the
// App subscribes to, and those that GitHub sends to every App.
func Events() []string {
	var all []string
	for k := range routes {
		all = append(all, k.event)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// wants returns the subjects that an event asks for, and the outcome.
func (r Router) wants(event string, e *envelope) ([]queue.Want, string) {
	name := event
	if e.action != "" {
		name += "." + e.action
	}
	to, known := routes[kind{event, e.action}]
	switch {
	case !known:
		return nil, Ignored
	case e.installation == 0:
		return nil, Uninstalled
	case !r.serves(e.account):
		return nil, OtherAccount
	case strings.HasPrefix(event, "check_") && e.check.app != r.AppID:
		return nil, OtherApp
	}
	wants := to.wants(r, e)
	if len(wants) == 0 {
		return nil, Ignored
	}
	for i := range wants {
		wants[i].Urgent, wants[i].Moved, wants[i].Reason = to.urgent, to.moved, name
	}
	return wants, Stored
}

func (r Router) serves(account string) bool {
	return len(r.Accounts) == 0 || slices.ContainsFunc(r.Accounts, func(a string) bool { return strings.EqualFold(a, account) })
}

// ofOrganisation reports whether a repository is the one with the policy file.
func (r Router) ofOrganisation(name string) bool {
	return name != "" && strings.EqualFold(name, r.Organisation.Repository)
}

// installation, repository and pullNumber name a subject. One that the payload
// does not name leads to the next larger one: that costs reads and loses nothing.
func installation(_ Router, e *envelope) []queue.Want {
	return []queue.Want{{
		Subject:   queue.Subject{Kind: queue.Installation, Installation: e.installation},
		Announced: queue.Announced{Owner: e.account},
	}}
}

func (e *envelope) repository(r Router, repo repository) queue.Want {
	if repo.id == 0 {
		return installation(r, e)[0]
	}
	return queue.Want{
		Subject:   queue.Subject{Kind: queue.Repository, Installation: e.installation, Repository: repo.id},
		Announced: queue.Announced{Owner: repo.owner, Name: repo.name},
	}
}

func (e *envelope) pullNumber(r Router, number int) queue.Want {
	w := e.repository(r, e.repo)
	if w.Kind == queue.Repository && number > 0 {
		w.Kind, w.Number = queue.Pull, number
	}
	return w
}

func pullRequest(r Router, e *envelope) []queue.Want {
	w := e.pullNumber(r, e.number)
	if w.Kind == queue.Pull {
		w.UpdatedAt, w.HeadSHA, w.Description = e.pull.updatedAt, e.pull.headSHA, e.pull.description
		w.FormerHead, w.FormerDescription = e.pull.formerHead, e.pull.formerDescription
	}
	return []queue.Want{w}
}

// ownCheck asks for the pull requests of a check run or suite of ours. Its
// commit is not announced as their head: it may be an old one.
func ownCheck(r Router, e *envelope) []queue.Want {
	var numbers []int
	for _, p := range e.check.pulls {
		// The same commit may be in pull requests of other repositories.
		if p.number > 0 && p.base == e.repo.id {
			numbers = append(numbers, p.number)
		}
	}
	numbers = append(numbers, counted(e.check.externalID)...)
	slices.Sort(numbers)
	var wants []queue.Want
	for _, n := range slices.Compact(numbers) {
		wants = append(wants, e.pullNumber(r, n))
	}
	if len(wants) == 0 {
		wants = []queue.Want{e.repository(r, e.repo)}
	}
	return wants
}

// counted reads from the external id of our check run which pull requests it
// counted: "812:DIGEST 815:DIGEST @...". GitHub names none that come from forks.
// Where the id holds a hash instead, none is found.
func counted(externalID string) []int {
	pairs, _, _ := strings.Cut(externalID, "@")
	var numbers []int
	for pair := range strings.FieldsSeq(pairs) {
		number, _, ok := strings.Cut(pair, ":")
		if n, err := strconv.ParseInt(number, 10, 32); ok && err == nil && n > 0 && len(numbers) < maxPulls {
			numbers = append(numbers, int(n))
		}
	}
	return numbers
}

func pressed(r Router, e *envelope) []queue.Want {
	if e.button != CheckAgain {
		return nil
	}
	return ownCheck(r, e)
}

func mergeGroup(r Router, e *envelope) []queue.Want {
	w := e.repository(r, e.repo)
	if w.Kind == queue.Repository && e.group.sha != "" {
		w.Kind, w.SHA, w.Number = queue.Group, e.group.sha, e.group.number
	}
	return []queue.Want{w}
}

// pushed asks for all that is judged by what the push may have changed.
func pushed(r Router, e *envelope) []queue.Want {
	p := e.push
	branch, isBranch := strings.CutPrefix(p.ref, "refs/heads/")
	elsewhere := p.ref != "" && !isBranch || e.repo.defaultBranch != "" && branch != e.repo.defaultBranch && isBranch
	if p.deleted || elsewhere {
		return nil
	}
	touched := p.touched
	if !p.complete() {
		touched = policyFile | organisationFile | template | attributes
	}
	var wants []queue.Want
	if touched&(policyFile|template|attributes) != 0 {
		w := e.repository(r, e.repo)
		w.UpdatedAt, w.HeadSHA = e.repo.pushedAt, p.after
		wants = append(wants, w)
	}
	// The organisation's templates count in every repository, as its policy does.
	if r.ofOrganisation(e.repo.name) && touched&(organisationFile|template) != 0 {
		wants = append(wants, installation(r, e)...)
	}
	return wants
}

// changedRepository asks for a repository, and for the whole installation where
// its policy may have come or gone with it.
func changedRepository(r Router, e *envelope) []queue.Want {
	wants := []queue.Want{e.repository(r, e.repo)}
	if wants[0].Kind == queue.Repository && (r.ofOrganisation(e.repo.name) || r.ofOrganisation(e.changes.formerName)) {
		wants = append(wants, installation(r, e)...)
	}
	return wants
}

func editedRepository(r Router, e *envelope) []queue.Want {
	if !e.changes.defaultBranch {
		return nil
	}
	return changedRepository(r, e)
}

func listedRepositories(r Router, e *envelope) []queue.Want {
	if e.more || len(e.listed) == 0 {
		return installation(r, e)
	}
	whole := false
	var wants []queue.Want
	for _, repo := range e.listed {
		whole = whole || repo.id == 0 || r.ofOrganisation(repo.name)
		if repo.id != 0 {
			wants = append(wants, e.repository(r, repo))
		}
	}
	if whole {
		wants = append(wants, installation(r, e)...)
	}
	return wants
}

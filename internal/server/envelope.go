package server

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// envelope is what we need of a payload. Everything is optional: GitHub leaves
// fields out, and one that has another type than it should counts as left out, so
// that no odd field drops an event.
type envelope struct {
	action       string
	installation int64
	account      string // whom the App is installed on
	sender       string
	repo         repository
	number       int
	pull         pull
	check        check // the check run or check suite
	button       string
	group        group
	push         push
	changes      changes
	listed       []repository // granted or taken away
	more         bool         // more than are listed
}

type repository struct {
	id            int64
	owner, name   string
	defaultBranch string
	pushedAt      time.Time
}

type pull struct {
	number      int
	updatedAt   time.Time
	headSHA     string
	description string // a digest; empty: there is nothing to digest

	// What was there before the event, where it changed that.
	formerHead, formerDescription string
}

type check struct {
	app        int64
	externalID string
	pulls      []checkPull
}

// checkPull is a pull request that GitHub finds for a commit. Those from forks
// are not among them.
type checkPull struct {
	number int
	base   int64 // repository
}

// group is a merge group: its head, and the pull request that its ref names.
type group struct {
	sha    string
	number int
}

type push struct {
	ref, after string
	deleted    bool
	commits    int
	// partial is true where the commits do not name all the files that changed.
	partial bool
	touched paths
}

type changes struct {
	defaultBranch bool
	formerName    string // of the repository
}

// The lists of a payload end here; what is longer is treated as not known.
const (
	maxListed = 500 // repositories
	maxPulls  = 100 // of a commit
)

// reader reads envelopes.
type reader struct {
	*scanner
	e envelope
	// organisation is the path of the organisation's policy file.
	organisation string
}

// readEnvelope reads a payload to its end. An error of the reader below comes
// back as it is; text that is not a JSON object is errSyntax.
func readEnvelope(s *scanner, organisation string) (*envelope, error) {
	r := reader{scanner: s, organisation: organisation}
	if !r.object(r.top) {
		r.fail()
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	r.e.complete()
	return &r.e, nil
}

func (r *reader) top(key []byte) {
	e := &r.e
	switch string(key) {
	case "action":
		r.text(&e.action)
	case "installation":
		r.object(r.installation)
	case "account": // of installation_target
		r.object(r.account)
	case "organization":
		r.object(func(key []byte) { r.login(key, &e.account) })
	case "sender":
		r.object(func(key []byte) { r.login(key, &e.sender) })
	case "repository":
		r.repository(&e.repo)
	case "number":
		r.count(&e.number)
	case "pull_request":
		r.object(r.pull)
	case "check_run", "check_suite":
		r.object(r.check)
	case "requested_action":
		r.field("identifier", &e.button)
	case "merge_group":
		r.object(r.group)
	case "before": // of a pull request, or of a push, where nobody asks for it
		r.text(&e.pull.formerHead)
	case "changes":
		r.object(r.changes)
	case "repositories", "repositories_added", "repositories_removed":
		r.array(r.listed)
	default:
		r.pushed(key)
	}
}

func (r *reader) installation(key []byte) {
	switch string(key) {
	case "id":
		r.integer(&r.e.installation)
	case "account":
		r.object(r.account)
	default:
		r.skip()
	}
}

func (r *reader) account(key []byte) { r.login(key, &r.e.account) }

func (r *reader) login(key []byte, into *string) {
	// An enterprise has a slug and no login.
	if k := string(key); k == "login" || k == "slug" && *into == "" {
		r.text(into)
		return
	}
	r.skip()
}

// field takes one text out of an object.
func (r *reader) field(name string, into *string) {
	r.object(func(key []byte) {
		if string(key) == name {
			r.text(into)
			return
		}
		r.skip()
	})
}

// count takes a number that fits an int everywhere.
func (r *reader) count(into *int) {
	*into = 0
	var n int64
	if r.integer(&n) && n <= math.MaxInt32 {
		*into = int(n)
	}
}

func (r *reader) repository(into *repository) {
	var full string
	r.object(func(key []byte) {
		switch string(key) {
		case "id":
			r.integer(&into.id)
		case "name":
			r.text(&into.name)
		case "full_name":
			r.text(&full)
		case "default_branch":
			r.text(&into.defaultBranch)
		case "pushed_at":
			r.time(&into.pushedAt)
		case "owner":
			r.field("login", &into.owner)
		default:
			r.skip()
		}
	})
	if owner, name, ok := strings.Cut(full, "/"); ok {
		if into.owner == "" {
			into.owner = owner
		}
		if into.name == "" {
			into.name = name
		}
	}
}

func (r *reader) pull(key []byte) {
	p := &r.e.pull
	switch string(key) {
	case "number":
		r.count(&p.number)
	case "updated_at":
		r.time(&p.updatedAt)
	case "head":
		r.field("sha", &p.headSHA)
	case "body":
		r.digest(&p.description)
	default:
		r.skip()
	}
}

// time takes a time of either form that GitHub uses.
func (r *reader) time(into *time.Time) {
	*into = time.Time{}
	if r.next() != '"' {
		var seconds int64
		if r.integer(&seconds) && seconds > 0 && seconds <= math.MaxInt32*4 {
			*into = time.Unix(seconds, 0).UTC()
		}
		return
	}
	var text string
	if r.text(&text) {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			*into = t.UTC()
		}
	}
}

// digest takes a text and keeps its digest. Nothing written is null or an empty
// text, depending on how it came about.
func (r *reader) digest(into *string) {
	*into = ""
	h := sha256.New()
	switch {
	case r.isNull():
	case r.next() == '"':
		r.decode(func(part []byte) { h.Write(part) })
	default:
		r.skip()
		return
	}
	*into = hex.EncodeToString(h.Sum(nil))
}

func (r *reader) group(key []byte) {
	switch string(key) {
	case "head_sha":
		r.text(&r.e.group.sha)
	case "head_ref":
		var ref string
		r.text(&ref)
		r.e.group.number = groupNumber(ref)
	default:
		r.skip()
	}
}

// groupRef ends the ref of a merge group; what stands before it is the base
// branch, which may hold anything: "refs/heads/gh-readonly-queue/main/pr-7-<sha>".
// https://docs.github.com/webhooks/webhook-events-and-payloads#merge_group
var groupRef = regexp.MustCompile(`/pr-([1-9][0-9]{0,8})-[0-9a-f]{40}$`)

// groupNumber is the pull request that a merge group's ref names; 0: it names
// none.
func groupNumber(ref string) int {
	m := groupRef.FindStringSubmatch(ref)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // it is a number of at most nine digits
	return n
}

func (r *reader) check(key []byte) {
	c := &r.e.check
	switch string(key) {
	case "external_id":
		r.text(&c.externalID)
	case "app":
		r.object(func(key []byte) {
			if string(key) == "id" {
				r.integer(&c.app)
				return
			}
			r.skip()
		})
	case "pull_requests":
		c.pulls = nil
		r.array(func() {
			p := r.checkPull()
			if len(c.pulls) < maxPulls {
				c.pulls = append(c.pulls, p)
			}
		})
	default:
		r.skip()
	}
}

func (r *reader) checkPull() (p checkPull) {
	r.object(func(key []byte) {
		switch string(key) {
		case "number":
			r.count(&p.number)
		case "base":
			r.object(func(key []byte) {
				if string(key) != "repo" {
					r.skip()
					return
				}
				var base repository
				r.repository(&base)
				p.base = base.id
			})
		default:
			r.skip()
		}
	})
	return p
}

func (r *reader) changes(key []byte) {
	switch string(key) {
	case "body":
		r.object(func(key []byte) {
			if string(key) == "from" {
				r.digest(&r.e.pull.formerDescription)
				return
			}
			r.skip()
		})
	case "default_branch":
		r.e.changes.defaultBranch = r.object(func([]byte) { r.skip() })
	case "repository":
		r.object(func(key []byte) {
			if string(key) == "name" {
				r.field("from", &r.e.changes.formerName)
				return
			}
			r.skip()
		})
	default:
		r.skip()
	}
}

func (r *reader) listed() {
	var repo repository
	r.repository(&repo)
	if len(r.e.listed) == maxListed {
		r.e.more = true
		return
	}
	r.e.listed = append(r.e.listed, repo)
}

// complete fills in what one field says of another.
func (e *envelope) complete() {
	if e.number == 0 {
		e.number = e.pull.number
	}
	if e.repo.owner != "" {
		e.account = e.repo.owner
	}
	for i := range e.listed {
		if e.listed[i].owner == "" {
			e.listed[i].owner = e.account
		}
	}
}

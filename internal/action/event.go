package action

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/gate"
)

// Event is what started the workflow. The payload only says where to look: it
// is an old one in a re-run, so that nothing of it is judged.
type Event struct {
	Name string
	Repo gate.Repo
	// Number is the pull request, and 0 for an event that is about all of them.
	Number int
	// Group is the head commit of a merge group; empty: there is none.
	Group string
	// Fresh is what the payload says of the pull request: nothing older than it
	// is the state to judge.
	Fresh gate.Fresh
	// Announced is how the payload describes the pull request, for a read with the
	// same time to be held against.
	Announced gate.Announced
	// Job is the name under which GitHub shows the job that runs the step, as far
	// as the runner says it.
	Job string
	// RunURL leads to the workflow run.
	RunURL string
}

// All reports an event that is about every open pull request.
func (e Event) All() bool { return e.Number == 0 }

// OnHead reports whether the job's own status sits on the commit that the merge
// waits for: a pull request's head, or a merge group's. That is what decides
// which gate can hold.
func (e Event) OnHead() bool { return e.Name == "pull_request" || e.Name == "merge_group" }

// maxEvent is the largest payload that is read, in bytes; GitHub sends 25 MB at
// most.
const maxEvent = 32 << 20

// Event reads what started the workflow from the environment and the payload.
func (r *Runner) Event() (Event, error) {
	e := Event{Name: r.getenv("GITHUB_EVENT_NAME"), Job: r.getenv("GITHUB_JOB"), RunURL: r.runURL()}
	if e.Name == "" {
		return e, &Mistake{"this is no step of a GitHub workflow: GITHUB_EVENT_NAME is not set", "on a terminal use backout check OWNER/REPO#NUMBER"}
	}
	var ok bool
	if e.Repo, ok = parseRepo(r.getenv("GITHUB_REPOSITORY")); !ok {
		return e, &Mistake{fmt.Sprintf("GITHUB_REPOSITORY is %q, which is no OWNER/REPO", r.getenv("GITHUB_REPOSITORY")), "let the runner set it"}
	}
	switch e.Name {
	case "schedule", "workflow_dispatch":
		return e, nil
	case "pull_request", "pull_request_target", "merge_group":
	default:
		return e, &Mistake{
			fmt.Sprintf("an event %q says nothing about a pull request", e.Name),
			"start the workflow on pull_request, pull_request_target, merge_group, schedule or workflow_dispatch",
		}
	}
	p, err := readPayload(r.getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return e, err
	}
	if e.Name == "merge_group" {
		return e.group(p)
	}
	e.Number = p.PullRequest.Number
	if e.Number <= 0 {
		return e, &Mistake{"the payload of " + e.Name + " names no pull request", "let the runner set GITHUB_EVENT_PATH"}
	}
	e.Fresh = gate.Fresh{UpdatedAt: p.PullRequest.UpdatedAt}
	// A re-run has the payload of the first run: the head may be another one since.
	if attempt := r.getenv("GITHUB_RUN_ATTEMPT"); attempt == "" || attempt == "1" {
		e.Fresh.HeadSHA = p.PullRequest.Head.SHA
		e.Announced = p.announced()
	}
	return e, nil
}

// groupRef ends the ref of a merge group; what stands before it is the base
// branch, which may hold anything.
// Source: the payload's head_ref, "refs/heads/gh-readonly-queue/main/pr-7-<sha>".
var groupRef = regexp.MustCompile(`/pr-([1-9][0-9]{0,9})-[0-9a-f]{40}$`)

func (e Event) group(p payload) (Event, error) {
	m := groupRef.FindStringSubmatch(p.MergeGroup.HeadRef)
	if m == nil || p.MergeGroup.HeadSHA == "" {
		return e, &Mistake{fmt.Sprintf("the merge group's ref %q names no pull request", p.MergeGroup.HeadRef), "let the runner set GITHUB_EVENT_PATH"}
	}
	var err error
	e.Number, err = strconv.Atoi(m[1])
	e.Group = p.MergeGroup.HeadSHA
	return e, err
}

// payload is the little of an event that is read. Other fields may hold what
// they like.
type payload struct {
	PullRequest struct {
		Number    int       `json:"number"`
		UpdatedAt time.Time `json:"updated_at"`
		Head      struct {
			SHA string `json:"sha"`
		} `json:"head"`
		Title  json.RawMessage `json:"title"`
		Body   json.RawMessage `json:"body"`
		Draft  json.RawMessage `json:"draft"`
		Labels json.RawMessage `json:"labels"`
		Base   json.RawMessage `json:"base"`
	} `json:"pull_request"`
	MergeGroup struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
	} `json:"merge_group"`
}

// announced is the pull request as the payload describes it, or nothing where it
// does not do so as expected: then there is nothing to hold a read against.
func (p payload) announced() gate.Announced {
	a := gate.Announced{At: p.PullRequest.UpdatedAt}
	var body *string
	var base struct {
		Ref string `json:"ref"`
	}
	var labels []struct {
		Name string `json:"name"`
	}
	for _, field := range []struct {
		text json.RawMessage
		into any
	}{{p.PullRequest.Title, &a.Title}, {p.PullRequest.Body, &body}, {p.PullRequest.Draft, &a.Draft}, {p.PullRequest.Labels, &labels}, {p.PullRequest.Base, &base}} {
		if json.Unmarshal(field.text, field.into) != nil {
			return gate.Announced{}
		}
	}
	if body != nil {
		a.Body = *body
	}
	a.Base = base.Ref
	for _, l := range labels {
		a.Labels = append(a.Labels, l.Name)
	}
	return a
}

func readPayload(file string) (payload, error) {
	var p payload
	if file == "" {
		return p, &Mistake{"GITHUB_EVENT_PATH is not set", "let the runner set it"}
	}
	f, err := os.Open(file)
	if err != nil {
		return p, &Mistake{"the event cannot be read: " + plain(err), "let the runner set GITHUB_EVENT_PATH"}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEvent+1))
	if err == nil && len(data) > maxEvent {
		err = fmt.Errorf("it has more than %d bytes", maxEvent)
	}
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return p, &Mistake{"the event cannot be read: " + plain(err), "let the runner set GITHUB_EVENT_PATH"}
	}
	return p, nil
}

// plain is why a file could not be read, without its path, which may hold
// anything.
func plain(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

func parseRepo(text string) (gate.Repo, bool) {
	owner, name, ok := strings.Cut(text, "/")
	return gate.Repo{Owner: owner, Name: name}, ok && owner != "" && name != "" && !strings.Contains(name, "/")
}

func (r *Runner) runURL() string {
	server, repo, id := r.getenv("GITHUB_SERVER_URL"), r.getenv("GITHUB_REPOSITORY"), r.getenv("GITHUB_RUN_ID")
	if server == "" || repo == "" || id == "" {
		return ""
	}
	return fmt.Sprintf("%s/%s/actions/runs/%s", server, repo, id)
}

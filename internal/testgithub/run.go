package testgithub

import (
	"time"
)

// suite holds the check runs of one App on one commit.
type suite struct {
	id      int64
	node    string
	repo    *Repo
	app     *App
	sha     string
	created time.Time
	runs    []*run
}

type run struct {
	id                int64
	node              string
	suite             *suite
	name              string
	status            string // "queued", "in_progress", "completed"
	conclusion        string
	started, ended    time.Time
	title             string
	summary, text     string
	externalID        string
	detailsURL        string
	actions           []Action
	annotations       int
	created, modified time.Time
}

// Run is a check run as a test sees it.
type Run struct {
	ID         int64     `json:"id"`
	App        string    `json:"app"` // slug
	Name       string    `json:"name"`
	SHA        string    `json:"head_sha"`
	Status     string    `json:"status"`
	Conclusion string    `json:"conclusion"`
	Title      string    `json:"title"`
	Summary    string    `json:"summary"`
	Text       string    `json:"text"`
	ExternalID string    `json:"external_id"`
	DetailsURL string    `json:"details_url"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
	Actions    []Action  `json:"actions"`
}

// Action is a button of a check run.
type Action struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

func (r *Repo) suite(app *App, sha string) *suite {
	for _, s := range r.suites[sha] {
		if s.app.ID == app.ID {
			return s
		}
	}
	s := &suite{id: r.s.world.id(), repo: r, app: app, sha: sha, created: r.s.now()}
	s.node = r.s.world.node("CS", s.id, s)
	r.suites[sha] = append(r.suites[sha], s)
	return s
}

func (r *Repo) addRun(app *App, sha, name string) *run {
	s := r.suite(app, sha)
	n := &run{id: r.s.world.id(), suite: s, name: name, status: "queued", created: r.s.now(), modified: r.s.now()}
	n.node = r.s.world.node("CR", n.id, n)
	s.runs = append(s.runs, n)
	r.runs = append(r.runs, n)
	r.runByID[n.id] = n
	return n
}

// AddRun puts a check run on a commit, as an App's, completed with a conclusion;
// it returns the run's id.
func (r *Repo) AddRun(app App, sha, name, conclusion string) int64 {
	defer r.s.lock()()
	n := r.addRun(r.s.world.addApp(app), sha, name)
	n.status, n.conclusion, n.started, n.ended = "completed", conclusion, r.s.now(), r.s.now()
	n.title, n.summary = name, name
	return n.id
}

// Runs are the check runs on a commit, of every App, oldest first; on all commits
// where sha is empty.
func (r *Repo) Runs(sha string) []Run {
	defer r.s.lock()()
	return r.runList(sha)
}

func (r *Repo) runList(sha string) []Run {
	list := []Run{}
	for _, n := range r.runs {
		if sha == "" || n.suite.sha == sha {
			list = append(list, Run{
				n.id, n.suite.app.Slug, n.name, n.suite.sha, n.status, n.conclusion, n.title, n.summary, n.text,
				n.externalID, n.detailsURL, n.created, n.modified, n.actions,
			})
		}
	}
	return list
}

// latest keeps, for each name, the run that was completed last, or the newest
// among those that are not.
func latest(runs []*run) []*run {
	best := map[string]*run{}
	for _, n := range runs {
		old, ok := best[n.name]
		if !ok || n.ended.After(old.ended) || n.ended.Equal(old.ended) && n.id > old.id {
			best[n.name] = n
		}
	}
	var list []*run
	for _, n := range runs {
		if best[n.name] == n {
			list = append(list, n)
		}
	}
	return list
}

// job is a job of a workflow run.
type job struct {
	id        int64
	repo      *Repo
	run       int64
	name, sha string
	created   time.Time
}

// Job puts a job into a workflow run, as the runner would.
func (r *Repo) Job(workflowRun int64, name, sha string) {
	defer r.s.lock()()
	w := r.s.world
	w.jobs[workflowRun] = append(w.jobs[workflowRun], job{w.id(), r, workflowRun, name, sha, r.s.now()})
}

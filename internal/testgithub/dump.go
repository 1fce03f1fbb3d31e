package testgithub

import (
	"cmp"
	"slices"
	"time"
)

// WorldDump is what a server holds, for assertions in another process.
type WorldDump struct {
	Repos []RepoDump `json:"repos"`
}

// RepoDump is a repository.
type RepoDump struct {
	FullName      string            `json:"full_name"`
	ID            int64             `json:"id"`
	Private       bool              `json:"private"`
	DefaultBranch string            `json:"default_branch"`
	Branches      map[string]string `json:"branches"`
	Pulls         []PullDump        `json:"pulls"`
	Runs          []Run             `json:"runs"`
}

// PullDump is a pull request as it is now.
type PullDump struct {
	Number    int       `json:"number"`
	ID        int64     `json:"id"`
	NodeID    string    `json:"node_id"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	State     string    `json:"state"` // "OPEN", "CLOSED" or "MERGED"
	Draft     bool      `json:"draft"`
	Author    string    `json:"author"`
	Labels    []string  `json:"labels"`
	Base      string    `json:"base"`
	BaseSHA   string    `json:"base_sha"`
	Head      string    `json:"head"`
	HeadSHA   string    `json:"head_sha"`
	HeadRepo  string    `json:"head_repo"` // empty: deleted
	UpdatedAt time.Time `json:"updated_at"`
	Comments  []Comment `json:"comments"`
}

// World is everything as it is now.
func (s *Server) World() WorldDump {
	defer s.lock()()
	d := WorldDump{Repos: []RepoDump{}}
	for _, r := range s.world.repos {
		one := RepoDump{
			FullName: r.FullName(), ID: r.id, Private: r.private, DefaultBranch: r.defaultBranch, Branches: map[string]string{},
			Pulls: []PullDump{}, Runs: r.runList(""),
		}
		for name, c := range r.branches {
			one.Branches[name] = c.oid
		}
		for _, p := range r.pulls {
			one.Pulls = append(one.Pulls, p.dump())
		}
		d.Repos = append(d.Repos, one)
	}
	slices.SortFunc(d.Repos, func(a, b RepoDump) int { return cmp.Compare(a.FullName, b.FullName) })
	return d
}

func (p *Pull) dump() PullDump {
	st := &p.now
	d := PullDump{
		Number: p.number, ID: p.id, NodeID: p.node, Title: st.title, Body: st.body, State: st.status(), Draft: st.draft,
		Author: p.author.login, Labels: []string{}, Base: st.base, BaseSHA: st.baseOID, Head: st.headBranch, HeadSHA: st.head.oid,
		UpdatedAt: st.updated, Comments: p.commentList(),
	}
	if st.headRepo != nil {
		d.HeadRepo = st.headRepo.FullName()
	}
	for _, l := range st.labels {
		d.Labels = append(d.Labels, l.name)
	}
	return d
}

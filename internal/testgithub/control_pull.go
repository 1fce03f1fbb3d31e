package testgithub

import (
	"fmt"
	"time"
)

// facts is what a control call says of a pull request.
func (p *Pull) facts() PullDump {
	defer p.repo.s.lock()()
	return p.dump()
}

func controlPull(s *Server, in struct {
	Repo     string `json:"repo"`
	FromRepo string `json:"from"`
	NewPull
},
) (any, error) {
	if in.FromRepo != "" {
		in.From = s.Repo(in.FromRepo)
	}
	r := s.Repo(in.Repo)
	if in.Base != "" && r.Tip(in.Base) == "" {
		return nil, fmt.Errorf("no branch %q in %s", in.Base, in.Repo)
	}
	return r.AddPull(in.NewPull).facts(), nil
}

// controlEdit changes what is given and leaves the rest.
func controlEdit(s *Server, in struct {
	which
	Title   *string `json:"title"`
	Body    *string `json:"body"`
	Draft   *bool   `json:"draft"`
	Base    *string `json:"base"`
	State   *string `json:"state"` // "open" or "closed"
	Label   *string `json:"label"`
	Unlabel *string `json:"unlabel"`
	By      string  `json:"by"` // of the labels
},
) (any, error) {
	p, err := in.pull(s)
	if err != nil {
		return nil, err
	}
	given(in.Title, p.EditTitle)
	given(in.Body, p.EditBody)
	given(in.Draft, p.Draft)
	given(in.Base, p.Retarget)
	given(in.Label, func(l string) { p.Label(l, in.By) })
	given(in.Unlabel, func(l string) { p.Unlabel(l, in.By) })
	given(in.State, func(state string) {
		if state == "open" {
			p.Reopen()
		} else {
			p.Close()
		}
	})
	return p.facts(), nil
}

func given[T any](v *T, f func(T)) {
	if v != nil {
		f(*v)
	}
}

func controlPush(s *Server, in struct {
	which
	Files   []File   `json:"files"`
	Authors []string `json:"authors"`
	Force   string   `json:"force"` // to a commit that is there already
},
) (any, error) {
	p, err := in.pull(s)
	if err != nil {
		return nil, err
	}
	if in.Force != "" {
		p.ForcePush(in.Force)
	} else {
		p.Push(in.Files, in.Authors...)
	}
	return p.facts(), nil
}

func controlMerge(s *Server, in struct {
	which
	By string `json:"by"`
},
) (any, error) {
	p, err := in.pull(s)
	if err != nil {
		return nil, err
	}
	return object{"sha": p.Merge(in.By)}, nil
}

func controlEnqueue(s *Server, in struct {
	which
	Leave bool `json:"leave"`
},
) (any, error) {
	p, err := in.pull(s)
	if err != nil {
		return nil, err
	}
	if in.Leave {
		p.Dequeue()
		return none{}, nil
	}
	sha, ref := p.Enqueue()
	return object{"sha": sha, "ref": ref}, nil
}

func controlComment(s *Server, in struct {
	which
	By   string `json:"by"`
	Body string `json:"body"`
},
) (any, error) {
	p, err := in.pull(s)
	if err != nil {
		return nil, err
	}
	return object{"id": p.Comment(in.By, in.Body)}, nil
}

func controlRun(s *Server, in struct {
	Repo       string `json:"repo"`
	App        App    `json:"app"`
	SHA        string `json:"sha"`
	Name       string `json:"name"`
	Conclusion string `json:"conclusion"`
},
) (any, error) {
	return object{"id": s.Repo(in.Repo).AddRun(in.App, in.SHA, in.Name, in.Conclusion)}, nil
}

func controlJob(s *Server, in struct {
	Repo string `json:"repo"`
	Run  int64  `json:"run"`
	Name string `json:"name"`
	SHA  string `json:"sha"`
},
) (any, error) {
	s.Repo(in.Repo).Job(in.Run, in.Name, in.SHA)
	return none{}, nil
}

// controlStale makes the next reads old by so many seconds each, or not found.
func controlStale(s *Server, in struct {
	which
	Ages     []float64 `json:"ages"`
	NotFound int       `json:"not_found"`
},
) (any, error) {
	p, err := in.pull(s)
	if err != nil {
		return nil, err
	}
	for _, age := range in.Ages {
		p.StaleReads(time.Duration(age * float64(time.Second)))
	}
	p.NotFoundReads(in.NotFound)
	return none{}, nil
}

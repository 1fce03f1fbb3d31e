package testgithub

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Control steers a server in another process, by POST /_control/ACTION with JSON;
// see actions for what there is. A server that a test starts itself needs none:
// other processes reach it just as well.
type Control struct {
	URL string // of the server, as it prints it
}

// Do asks for an action. out may be nil.
func (c Control) Do(ctx context.Context, action string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/_control/"+action, bytes.NewReader(b))
	if err != nil {
		return err
	}
	rs, err := http.DefaultClient.Do(rq)
	if err != nil {
		return err
	}
	defer func() { _ = rs.Body.Close() }()
	body, err := io.ReadAll(rs.Body)
	if err != nil {
		return err
	}
	if rs.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", action, strings.TrimSpace(string(body)))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

// action does something to a server and says what came of it.
type action func(s *Server, in []byte) (any, error)

// does makes an action of a function. Unknown fields are errors.
func does[T any](f func(s *Server, in T) (any, error)) action {
	return func(s *Server, raw []byte) (any, error) {
		var in T
		if len(bytes.TrimSpace(raw)) > 0 {
			d := json.NewDecoder(bytes.NewReader(raw))
			d.DisallowUnknownFields()
			if err := d.Decode(&in); err != nil {
				return nil, err
			}
		}
		return f(s, in)
	}
}

func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/_control/")
	do, known := actions()[name]
	if !known {
		http.Error(w, "no such action: "+name, http.StatusNotFound)
		return
	}
	in, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	out, err := tried(s, do, in)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

// tried turns a builder's panic, over a name that is not there, into an error.
func tried(s *Server, do action, in []byte) (out any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	return do(s, in)
}

// which names a repository, or a pull request of it.
type which struct {
	Repo   string `json:"repo"`
	Number int    `json:"number,omitempty"`
}

func (n which) pull(s *Server) (*Pull, error) {
	p := s.Repo(n.Repo).Pull(n.Number)
	if p == nil {
		return nil, fmt.Errorf("no pull request %s#%d", n.Repo, n.Number)
	}
	return p, nil
}

type none struct{}

// actions are what a control call can ask for.
func actions() map[string]action {
	return map[string]action{
		"repo": does(controlRepo), "commit": does(controlCommit), "branch": does(controlBranch), "pull": does(controlPull),
		"edit": does(controlEdit), "push": does(controlPush), "merge": does(controlMerge), "enqueue": does(controlEnqueue),
		"comment": does(controlComment), "run": does(controlRun), "job": does(controlJob), "stale": does(controlStale),
		"role": does(func(s *Server, in struct{ Repo, Login, Role string }) (any, error) {
			s.Repo(in.Repo).Role(in.Login, in.Role)
			return none{}, nil
		}),
		"team": does(func(s *Server, in struct{ Team, Login, State string }) (any, error) {
			s.Team(in.Team, in.Login, in.State)
			return none{}, nil
		}),
		"token": does(func(s *Server, in Token) (any, error) { return map[string]string{"value": s.Token(in)}, nil }),
		"install": does(func(s *Server, in struct {
			App     App    `json:"app"`
			Account string `json:"account"`
		},
		) (any, error) {
			return map[string]int64{"id": s.Install(in.App, in.Account)}, nil
		}),
		"fail":      does(func(s *Server, in Fault) (any, error) { s.Fail(in); return none{}, nil }),
		"no-faults": does(func(s *Server, _ none) (any, error) { s.NoFaults(); return none{}, nil }),
		"unkind":    does(func(s *Server, in Unkind) (any, error) { s.Unkind(in); return none{}, nil }),
		"limit":     does(func(s *Server, in Limits) (any, error) { s.Limit(in); return none{}, nil }),
		"advance": does(func(s *Server, in struct {
			Seconds float64 `json:"seconds"`
		},
		) (any, error) {
			s.Advance(time.Duration(in.Seconds * float64(time.Second)))
			return none{}, nil
		}),
		"calls": does(func(s *Server, in struct {
			Routes []string `json:"routes"`
		},
		) (any, error) {
			return s.Calls(in.Routes...), nil
		}),
		"forget-calls":      does(func(s *Server, _ none) (any, error) { s.ForgetCalls(); return none{}, nil }),
		"violations":        does(func(s *Server, _ none) (any, error) { return append([]string{}, s.Violations()...), nil }),
		"forget-violations": does(func(s *Server, _ none) (any, error) { s.ForgetViolations(); return none{}, nil }),
		"world":             does(func(s *Server, _ none) (any, error) { return s.World(), nil }),
	}
}

func controlRepo(s *Server, in struct {
	Repo          string `json:"repo"`
	Private       *bool  `json:"private"`
	DefaultBranch string `json:"default_branch"`
	ForkOf        string `json:"fork_of"`
	Grouping      string `json:"grouping"`
},
) (any, error) {
	if in.ForkOf != "" {
		owner, _, _ := strings.Cut(in.Repo, "/")
		in.Repo = s.Repo(in.ForkOf).Fork(owner).FullName()
	}
	r := s.Repo(in.Repo)
	if in.Private != nil {
		r.Private(*in.Private)
	}
	if in.DefaultBranch != "" {
		r.DefaultBranch(in.DefaultBranch)
	}
	if in.Grouping != "" {
		r.Grouping(in.Grouping)
	}
	return object{"id": r.ID(), "full_name": r.FullName()}, nil
}

func controlCommit(s *Server, in struct {
	Repo    string            `json:"repo"`
	Branch  string            `json:"branch"`
	Files   map[string]string `json:"files"`
	Remove  []string          `json:"remove"`
	Authors []string          `json:"authors"`
},
) (any, error) {
	return object{"sha": s.Repo(in.Repo).change(in.Branch, in.Files, in.Remove, in.Authors)}, nil
}

func controlBranch(s *Server, in struct{ Repo, Name, From string }) (any, error) {
	r := s.Repo(in.Repo)
	if r.Tip(in.From) == "" {
		return nil, fmt.Errorf("no branch %q in %s", in.From, in.Repo)
	}
	return object{"sha": r.Branch(in.Name, in.From)}, nil
}

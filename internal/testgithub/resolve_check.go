package testgithub

import (
	"fmt"
	"slices"
	"strings"
)

func checkFields() map[string]fields {
	return map[string]fields{"CheckSuite": suiteFields(), "CheckRun": runFieldsGraph()}
}

// checkSuites are those of the repository through which the commit was reached: a
// fork's head has none in the fork.
func checkSuites(_ *exec, c commitView, a args) any {
	filter := a.sub("filterBy")
	list := []*suite{}
	for _, s := range c.repo.suites[c.oid] {
		if id := filter.int("appId", 0); id != 0 && int64(id) != s.app.ID {
			continue
		}
		if name := filter.str("checkName"); name != "" && !slices.ContainsFunc(s.runs, func(n *run) bool { return n.name == name }) {
			continue
		}
		list = append(list, s)
	}
	return connect(list)
}

func suiteFields() fields {
	return fields{
		"id":         get(func(s *suite) any { return s.node }),
		"databaseId": get(func(s *suite) any { return s.id }),
		"app":        get(func(s *suite) any { return s.app }),
		"createdAt":  get(func(s *suite) any { return stamp(s.created) }),
		"commit":     get(func(s *suite) any { return commitView{s.repo.s.world.commits[s.sha], s.repo} }),
		"repository": get(func(s *suite) any { return s.repo }),
		"checkRuns":  of(checkRuns),
	}
}

// checkRuns are newest first, and only the latest of each name unless all are asked for.
func checkRuns(_ *exec, s *suite, a args) any {
	filter := a.sub("filterBy")
	runs := s.runs
	if filter.str("checkType") != "ALL" {
		runs = latest(runs)
	}
	list := []*run{}
	for _, n := range runs {
		if name := filter.str("checkName"); name != "" && name != n.name {
			continue
		}
		if id := filter.int("appId", 0); id != 0 && int64(id) != s.app.ID {
			continue
		}
		if states := filter.list("statuses"); states != nil && !slices.Contains(states, strings.ToUpper(n.status)) {
			continue
		}
		if cs := filter.list("conclusions"); cs != nil && !slices.Contains(cs, strings.ToUpper(n.conclusion)) {
			continue
		}
		list = append(list, n)
	}
	slices.Reverse(list)
	return connect(list)
}

func runFieldsGraph() fields {
	return fields{
		"id":          get(func(n *run) any { return n.node }),
		"databaseId":  get(func(n *run) any { return n.id }),
		"name":        get(func(n *run) any { return n.name }),
		"status":      get(func(n *run) any { return strings.ToUpper(n.status) }),
		"conclusion":  get(func(n *run) any { return orNull(strings.ToUpper(n.conclusion)) }),
		"title":       get(func(n *run) any { return orNull(n.title) }),
		"summary":     get(func(n *run) any { return orNull(n.summary) }),
		"text":        get(func(n *run) any { return orNull(n.text) }),
		"externalId":  get(func(n *run) any { return orNull(n.externalID) }),
		"detailsUrl":  get(func(n *run) any { return orNull(n.detailsURL) }),
		"startedAt":   get(func(n *run) any { return stamp(n.started) }),
		"completedAt": get(func(n *run) any { return stamp(n.ended) }),
		"checkSuite":  get(func(n *run) any { return n.suite }),
		"repository":  get(func(n *run) any { return n.suite.repo }),
		"url": of(func(e *exec, n *run, _ args) any {
			return e.rq.html(fmt.Sprintf("%s/runs/%d", n.suite.repo.FullName(), n.id))
		}),
	}
}

package server

import (
	"path"
	"strings"
)

// paths are the kinds of files that pull requests are judged by, as a set.
type paths uint8

const (
	policyFile paths = 1 << iota
	organisationFile
	template
	attributes
)

// pathsOf says what a file on the default branch is to us.
func pathsOf(file, organisation string) (kinds paths) {
	if strings.EqualFold(file, ".github/backout.yml") {
		kinds |= policyFile
	}
	if strings.EqualFold(file, organisation) {
		kinds |= organisationFile
	}
	if isTemplate(file) {
		kinds |= template
	}
	if path.Base(file) == ".gitattributes" {
		kinds |= attributes
	}
	return kinds
}

// isTemplate reports a file that GitHub offers as a pull-request template: in
// .github, at the root or in docs, or in a folder there, in any case. An ending
// that GitHub does not take costs a look in vain.
func isTemplate(file string) bool {
	parts := strings.Split(strings.ToLower(file), "/")
	if parts[0] == ".github" || parts[0] == "docs" {
		parts = parts[1:]
	}
	if len(parts) == 0 || len(parts) > 2 {
		return false
	}
	return strings.TrimSuffix(parts[0], path.Ext(parts[0])) == "pull_request_template"
}

// pushed takes the fields that only a push has.
func (r *reader) pushed(key []byte) {
	p := &r.e.push
	switch string(key) {
	case "ref":
		r.text(&p.ref)
	case "after":
		r.text(&p.after)
	case "deleted":
		r.boolean(&p.deleted)
	case "created", "forced":
		// The commits do not name what a branch had before and has no more.
		var yes bool
		r.boolean(&yes)
		p.partial = p.partial || yes
	case "commits":
		if !r.array(r.commit) {
			p.partial = true
		}
	default:
		r.skip()
	}
}

func (r *reader) commit() {
	p := &r.e.push
	p.commits++
	lists := 0
	r.object(func(key []byte) {
		switch string(key) {
		case "added", "modified", "removed":
			if r.array(r.file) {
				lists++
			}
		default:
			r.skip()
		}
	})
	if lists != 3 {
		p.partial = true
	}
}

func (r *reader) file() {
	var file string
	if !r.text(&file) {
		r.e.push.partial = true
		return
	}
	r.e.push.touched |= pathsOf(file, r.organisation)
}

// maxCommits is up to how many commits GitHub is sure to list with their files.
const maxCommits = 20

// complete reports whether the commits name every file that the push changed.
func (p push) complete() bool { return !p.partial && 0 < p.commits && p.commits <= maxCommits }

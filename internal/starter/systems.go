package starter

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/config"
)

// System is a system that is proposed.
type System struct {
	Name  string
	Paths []string // globs
	Why   string   // who owns it, in the words of CODEOWNERS; may be empty
	dirs  []string
}

// maxSystems is how many systems a person would read.
const maxSystems = 60

// systems finds what can be hit: in the folders that by convention hold one
// system each, and in the folders that have an owner of their own.
func (t *tree) systems(owned []rule) []System {
	c := collection{}
	for _, base := range []string{".", "src"} {
		for _, container := range []string{"services", "microservices", "apps", "packages", "functions", "lambdas", "engines", "projects", "sites"} {
			dir := path.Join(base, container)
			for _, name := range t.folders(dir) {
				if !furniture.MatchString(name) {
					c.add(name, path.Join(dir, name))
				}
			}
		}
	}
	t.goCommands(&c)
	t.rails(&c)
	t.django(&c)
	t.terraform(&c)
	for _, r := range owned {
		t.owned(&c, r)
	}
	return c.list()
}

// furniture are packages that are never deployed.
var furniture = regexp.MustCompile(`(?i)^(eslint|prettier|tsconfig|typescript|tailwind|jest|vitest|babel)|(^|-)(configs?|test-utils|testing)$`)

// goCommands proposes the programs of a Go module; a single one is the whole
// repository.
func (t *tree) goCommands(c *collection) {
	names := t.folders("cmd")
	if !t.isFile("go.mod") || len(names) < 2 {
		return
	}
	for _, name := range names {
		c.add(name, "cmd/"+name)
		if t.isDir("internal/" + name) {
			c.add(name, "internal/"+name)
		}
	}
}

// rails proposes the parts of a Rails application that fail apart.
func (t *tree) rails(c *collection) {
	if !t.isFile("Gemfile") || !t.isFile("config/routes.rb") {
		return
	}
	for _, part := range []struct {
		name string
		dirs []string
	}{
		{"web", []string{"controllers", "views", "helpers", "javascript", "components"}},
		{"jobs", []string{"jobs", "workers", "sidekiq"}},
		{"mail", []string{"mailers"}},
	} {
		for _, dir := range part.dirs {
			if t.isDir("app/" + dir) {
				c.add(part.name, "app/"+dir)
			}
		}
	}
}

// django proposes the applications of a Django project.
func (t *tree) django(c *collection) {
	for _, base := range append([]string{"."}, t.folders(".")...) {
		if !t.isFile(path.Join(base, "manage.py")) {
			continue
		}
		for _, name := range t.folders(base) {
			dir := path.Join(base, name)
			if t.isFile(path.Join(dir, "apps.py")) || t.isFile(path.Join(dir, "models.py")) && t.isFile(path.Join(dir, "__init__.py")) {
				c.add(name, dir)
			}
		}
	}
}

// terraform proposes environments and modules.
func (t *tree) terraform(c *collection) {
	for _, base := range []string{".", "terraform", "infra", "infrastructure"} {
		for _, container := range []string{"environments", "envs", "env", "live", "stacks", "modules"} {
			dir := path.Join(base, container)
			for _, name := range t.folders(dir) {
				if t.hasTerraform(path.Join(dir, name), 2) {
					c.add(name, path.Join(dir, name))
				}
			}
		}
	}
}

func (t *tree) hasTerraform(dir string, depth int) bool {
	for _, e := range t.entries(dir) {
		ext := path.Ext(e.Name())
		if !e.IsDir() && (ext == ".tf" || ext == ".tofu" || ext == ".hcl") {
			return true
		}
	}
	if depth == 0 {
		return false
	}
	return slices.ContainsFunc(t.folders(dir), func(name string) bool { return t.hasTerraform(path.Join(dir, name), depth-1) })
}

// owned proposes a folder that CODEOWNERS gives to somebody. A folder around
// systems, or inside one, says nothing new.
func (t *tree) owned(c *collection, r rule) {
	if c.owner(r) || !t.isDir(r.dir) || len(t.entries(r.dir)) == 0 {
		return
	}
	for _, part := range strings.Split(r.dir, "/") {
		if t.passedOver(part) {
			return
		}
	}
	for _, s := range c.all {
		for _, dir := range s.dirs {
			if strings.HasPrefix(dir+"/", r.dir+"/") || strings.HasPrefix(r.dir+"/", dir+"/") {
				return
			}
		}
	}
	c.add(path.Base(r.dir), r.dir)
	c.owner(r)
}

// migrations lists the folders of schema migrations, at the root and in the
// systems.
func (t *tree) migrations(systems []System) []string {
	dirs := []string{"."}
	for _, s := range systems {
		dirs = append(dirs, s.dirs...)
	}
	var found []string
	for _, dir := range dirs {
		for _, place := range []string{"db/migrate", "db/migrations", "migrations", "database/migrations", "alembic/versions", "prisma/migrations"} {
			if at := path.Join(dir, place); t.isDir(at) && len(t.entries(at)) > 0 && !slices.Contains(found, at) {
				found = append(found, at)
			}
		}
	}
	return found
}

// collection gathers systems by name: folders of one name in several places are
// one system.
type collection struct{ all []System }

func (c *collection) add(name, dir string) {
	if !acceptable(name, dir) {
		return
	}
	i := slices.IndexFunc(c.all, func(s System) bool { return s.Name == name })
	if i < 0 {
		i = len(c.all)
		c.all = append(c.all, System{Name: name})
	}
	s := &c.all[i]
	if !slices.Contains(s.dirs, dir) {
		s.dirs, s.Paths = append(s.dirs, dir), append(s.Paths, glob(dir))
	}
}

// owner notes whose a system is, where the rule is about one of its folders.
func (c *collection) owner(r rule) bool {
	for i := range c.all {
		s := &c.all[i]
		if slices.Contains(s.dirs, r.dir) {
			if s.Why == "" {
				s.Why = r.why
			}
			return true
		}
	}
	return false
}

func (c *collection) list() []System {
	slices.SortFunc(c.all, func(a, b System) int { return strings.Compare(a.Name, b.Name) })
	return c.all
}

// glob is the pattern for everything in a folder.
func glob(dir string) string {
	return meta.ReplaceAllString(dir, `\$0`) + "/**"
}

var meta = regexp.MustCompile(`[*?\[\]{}\\]`)

// acceptable reports a name and a folder that a policy file can hold: a
// folder's name can be anything.
func acceptable(name, dir string) bool {
	text := "systems: {" + quoted(name) + ": {paths: [" + quoted(glob(dir)) + "]}}"
	_, problems := config.Parse("", []byte(text))
	return len(problems) == 0
}

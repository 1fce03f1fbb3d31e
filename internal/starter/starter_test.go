package starter

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// repository makes a file tree of paths that hold a word each; "path=text" says
// what a file holds.
func repository(paths ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, p := range paths {
		name, text, _ := strings.Cut(p, "=")
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

func TestSystemsAreProposedFromTheShapeOfARepository(t *testing.T) {
	for name, tt := range map[string]struct {
		files []string
		want  []string // "name: paths # why"
	}{
		"a monorepo of services": {
			files: []string{"services/payments/main.go", "services/search/src/index.ts", "services/README.md", "services/.cache/x", "lib/money/money.go"},
			want:  []string{"payments: services/payments/**", "search: services/search/**"},
		},
		"apps and packages": {
			files: []string{
				"package.json", "apps/web/package.json", "apps/api/package.json", "packages/ui/index.ts", "packages/eslint-config/index.js",
				"packages/tsconfig/base.json", "node_modules/services/x", "apps/node_modules/x",
			},
			want: []string{"api: apps/api/**", "ui: packages/ui/**", "web: apps/web/**"},
		},
		"the programs of a Go module": {
			files: []string{"go.mod", "cmd/server/main.go", "cmd/worker/main.go", "internal/server/http.go", "internal/store/store.go"},
			want:  []string{"server: cmd/server/** internal/server/**", "worker: cmd/worker/**"},
		},
		"a Go module of one program is one system": {
			files: []string{"go.mod", "cmd/tool/main.go", "internal/store/store.go"},
		},
		"Rails": {
			files: []string{
				"Gemfile", "config/routes.rb", "app/controllers/a.rb", "app/views/a.erb", "app/jobs/a.rb", "app/mailers/a.rb", "app/models/a.rb",
				"db/migrate/1_a.rb", "engines/billing/a.rb",
			},
			want: []string{"billing: engines/billing/**", "jobs: app/jobs/**", "mail: app/mailers/**", "web: app/controllers/** app/views/**"},
		},
		"Django": {
			files: []string{"manage.py", "site/settings.py", "blog/apps.py", "blog/migrations/0001.py", "shop/models.py", "shop/__init__.py", "static/x.css"},
			want:  []string{"blog: blog/**", "shop: shop/**"},
		},
		"Django below a folder": {
			files: []string{"backend/manage.py", "backend/orders/apps.py", "frontend/package.json"},
			want:  []string{"orders: backend/orders/**"},
		},
		"Terraform": {
			files: []string{"modules/vpc/main.tf", "modules/db/main.tf", "environments/prod/eu/main.tf", "environments/staging/main.tf", "modules/notes/README.md"},
			want:  []string{"db: modules/db/**", "prod: environments/prod/**", "staging: environments/staging/**", "vpc: modules/vpc/**"},
		},
		"an empty repository": {},
		"only CODEOWNERS tells": {
			files: []string{
				"CODEOWNERS=# who\n* @acme/all\n/billing/ @acme/billing # money\n/search/** @acme/search @hubot\n/docs/ @acme/docs\n*.go @acme/go\n" +
					"/gone/ @acme/gone\n/.github/ @acme/sre\n/unowned/\n/src/web\\ shop/ @acme/web\n../x/ @acme/x\n/src/*/api @acme/api\n",
				"billing/a.py", "search/a.py", "docs/a.md", "unowned/a.py", "src/web shop/a.py", "src/x/api/a.py",
			},
			want: []string{"billing: billing/** # CODEOWNERS:3, @acme/billing", "search: search/** # CODEOWNERS:4, @acme/search @hubot", "web shop: src/web shop/** # CODEOWNERS:10, @acme/web"},
		},
		"CODEOWNERS around and inside of systems": {
			files: []string{
				".github/CODEOWNERS=/services/ @acme/platform\n/services/payments/ @acme/pay\n/services/payments/ledger/ @acme/ledger\n",
				"CODEOWNERS=/other/ @acme/not-read\n", "other/a.go", "services/payments/ledger/a.go", "services/search/a.go",
			},
			want: []string{"payments: services/payments/** # CODEOWNERS:2, @acme/pay", "search: services/search/**"},
		},
		"CODEOWNERS with Windows line ends": {
			files: []string{"CODEOWNERS=/billing/ @acme/billing\r\n", "billing/a.cs", ".gitignore=services\r\n", "services/built/x"},
			want:  []string{"billing: billing/** # CODEOWNERS:1, @acme/billing"},
		},
		"one name in two places": {
			files: []string{"services/search/a.go", "infra/modules/search/main.tf"},
			want:  []string{"search: services/search/** infra/modules/search/**"},
		},
		"names that are more than words": {
			files: []string{"services/on/a", "services/123/a", `services/a"b/a`, "services/[id]/a", "services/{x}/a", "services/-/a", "services/日本/a", "services/a: b #c/a"},
			want: []string{
				"123: services/123/**", `[id]: services/\[id\]/**`, "a\"b: services/a\"b/**", "a: b #c: services/a: b #c/**", "on: services/on/**",
				`{x}: services/\{x\}/**`, "日本: services/日本/**",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Look(repository(tt.files...))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range found.Systems {
				line := s.Name + ": " + strings.Join(s.Paths, " ")
				if s.Why != "" {
					line += " # " + s.Why
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("systems (-want +got):\n%s", diff)
			}
			text := Policy(found)
			file := accepted(t, text)
			if len(file.Systems.Entries) != len(tt.want) {
				t.Errorf("%d systems were proposed and the file holds %d:\n%s", len(tt.want), len(file.Systems.Entries), text)
			}
			if !strings.HasPrefix(text, "# yaml-language-server: $schema="+config.SchemaURL+"\n") || file.Mode.V != checks.Audit {
				t.Errorf("no modeline, or not in audit mode:\n%s", text)
			}
		})
	}
}

// accepted holds a policy file to the loader and to the schema.
func accepted(t *testing.T, text string) config.File {
	t.Helper()
	file, problems := config.Parse("backout.yml", []byte(text))
	for _, p := range problems {
		t.Errorf("%s", p.Detail())
	}
	data, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.json", schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	// The other YAML reader, as an editor has another one.
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("the schema refuses it: %v\n%s", err, text)
	}
	return file
}

func TestOurOwnPolicyIsValid(t *testing.T) {
	data, err := os.ReadFile("../../" + PolicyPath)
	if err != nil {
		t.Fatal(err)
	}
	accepted(t, string(data))
}

func TestWhatIsCommentedOutIsValidToo(t *testing.T) {
	text := Policy(Found{})
	text = regexp.MustCompile(`(?m)^#([a-z]|  )`).ReplaceAllString(text, "$1")
	file := accepted(t, text)
	if !file.Freeze.Set || !file.Hours.Set || !file.Exempt.Set || !file.Systems.Set {
		t.Errorf("something stays commented out:\n%s", text)
	}
}

func TestManySystemsAreCut(t *testing.T) {
	var files []string
	for i := range 100 {
		files = append(files, "services/s"+string(rune('a'+i/26))+string(rune('a'+i%26))+"/x")
	}
	found, err := Look(repository(files...))
	if err != nil || len(found.Systems) != maxSystems || found.More != 100-maxSystems {
		t.Fatalf("%d systems and %d more, %v", len(found.Systems), found.More, err)
	}
	text := Policy(found)
	accepted(t, text)
	if !strings.Contains(text, "# and 40 more") {
		t.Errorf("the rest is not counted:\n%s", text)
	}
}

func TestMigrationFoldersAreThoseThatTheChecksKnow(t *testing.T) {
	found, err := Look(repository("services/pay/migrations/1.sql", "db/migrate/1.rb", "services/web/prisma/migrations/1/migration.sql",
		"services/old/alembic/versions/1.py", "services/new/db/migrations/1.sql", "services/php/database/migrations/1.php"))
	if err != nil || len(found.Migrations) != 6 {
		t.Fatalf("found %v, %v", found.Migrations, err)
	}
	for _, dir := range found.Migrations {
		c := checks.Change{Diff: checks.DiffWhole, Files: []checks.File{{Path: dir + "/2_drop_carts.sql", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+DROP TABLE carts;\n"}}}
		if v := checks.Evaluate(checks.DefaultPolicy(), c, time.Unix(0, 0)); len(v.Irreversible) == 0 {
			t.Errorf("a table dropped in %s is not irreversible", dir)
		}
	}
}

func TestTemplatesAreFoundWhereGitHubLooks(t *testing.T) {
	found, err := Look(repository("docs/Pull_Request_Template.md=a", "PULL_REQUEST_TEMPLATE/fix.md=b", ".github/PULL_REQUEST_TEMPLATE/new.txt=c",
		"PULL_REQUEST_TEMPLATE/logo.png=d", "src/pull_request_template.md=e", "pull_request_template=f"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Template{
		{".github/PULL_REQUEST_TEMPLATE/new.txt", "c", true},
		{"PULL_REQUEST_TEMPLATE/fix.md", "b", true},
		{"docs/Pull_Request_Template.md", "a", false},
	}
	if diff := cmp.Diff(want, found.Templates); diff != "" {
		t.Errorf("templates (-want +got):\n%s", diff)
	}
	if d, ok := found.Default(); !ok || d.Path != "docs/Pull_Request_Template.md" {
		t.Errorf("the default is %q", d.Path)
	}
}

type unreadable struct{ fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	if name == "services" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.FS.Open(name)
}

func (u unreadable) Stat(name string) (fs.FileInfo, error) { return fs.Stat(u.FS, name) }

func TestAFolderThatCannotBeReadIsNotEmpty(t *testing.T) {
	if _, err := Look(unreadable{repository("services/pay/a")}); err == nil {
		t.Error("no error")
	}
}

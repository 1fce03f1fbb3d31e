package checks

import (
	"fmt"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
)

func TestGlobs(t *testing.T) {
	tests := []struct {
		name string
		glob string
		path string
		want bool
	}{
		{"everything below a folder", "docs/**", "docs/a/b.md", true},
		{"a folder of another name", "docs/**", "docsite/a.md", false},
		{"a submodule that stands where the folder would", "services/pay/**", "services/pay", true},
		{"a name in any folder", "**/*.md", "a/b/c.md", true},
		{"a name in any folder, at the root", "**/*.md", "README.md", true},
		{"a star stays in its folder", "docs/*", "docs/a/b.md", false},
		{"a pattern without slash is for the root only", "*.md", "docs/a.md", false},
		{"a folder at any depth", "**/recordings/**", "a/recordings/b/c.json", true},
		{"a folder at any depth, at the root", "**/recordings/**", "recordings/c.json", true},
		{"part of a folder's name", "**/recordings/**", "a/old-recordings/c.json", false},
		{"a trailing slash", "services/", "services/pay/a.go", true},
		{"a leading slash", "/services/**", "services/pay/a.go", true},
		{"a leading dot and slash", "./services/**", "services/pay/a.go", true},
		{"alternatives", "{a,b}/**/*.go", "b/c/d.go", true},
		{"alternatives that may be empty", "a{,/**}", "a/b", true},
		{"a class of letters", "v[0-9]/x", "v7/x", true},
		{"an escaped star", `a/\*`, "a/*", true},
		{"an escaped star is no star", `a/\*`, "a/b", false},
		{"a question mark", "a?c", "abc", true},
		{"two stars in a name are one", "a**/b", "axx/b", true},
		{"two stars in a name stay in the folder", "a**/b", "ax/y/b", false},
		{"a literal path", "go.mod", "go.mod", true},
		{"letters count as written", "Docs/**", "docs/a", false},
		{"a pattern that is none matches nothing", "a[", "a[", false},
		{"everything", "**", "a/b", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := matchAny([]string{"never/**", tt.glob}, tt.path); got != tt.want {
				t.Errorf("matchAny(%q, %q) = %v, want %v", tt.glob, tt.path, got, tt.want)
			}
		})
	}
}

// The short cuts must not change what a pattern means.
func TestGlobShortCutsAgreeWithTheLibrary(t *testing.T) {
	parts := []string{"a", "ab", "*", "**", "*.go", "b.go", "a*", "?b", "{a,ab}", "[ab]", "*a*", "a*b", "*b.*o"}
	paths := []string{"a", "ab", "b.go", "a/b", "a/ab", "a/b.go", "ab/a/b.go", "a/a/a", "ab/b/a/x.go", "bb/ab", "b", "aba", "a/bab.go", "a/b.b.go"}
	for _, x := range parts {
		for _, y := range parts {
			for _, z := range parts {
				glob := fmt.Sprintf("%s/%s/%s", x, y, z)
				for _, pattern := range []string{x, glob[:len(x)+1+len(y)], glob} {
					for _, path := range paths {
						want := doublestar.MatchUnvalidated(pattern, path)
						if got := matchAny([]string{pattern}, path); got != want {
							t.Errorf("%q on %q: %v, the library says %v", pattern, path, got, want)
						}
					}
				}
			}
		}
	}
}

func TestRenamedFilesMatchUnderTheirNames(t *testing.T) {
	docs := compileGlobs([]string{"docs/**"})
	moved := File{Path: "docs/a.go", Previous: "src/a.go", Status: Renamed}
	if !docs.matchEither(moved) {
		t.Error("a file moved to docs does not match under either name")
	}
	if docs.matchBoth(moved) {
		t.Error("a file moved to docs matches under both names")
	}
	if within := (File{Path: "docs/a.md", Previous: "docs/b.md"}); !docs.matchBoth(within) {
		t.Error("a file moved within docs does not match under both names")
	}
}

func TestPathKinds(t *testing.T) {
	const none = pathKind(0)
	tests := []struct {
		kind  pathKind
		paths []string
	}{
		{lockFile, []string{
			"package-lock.json", "web/yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock", "go.sum", "go.work.sum",
			"Cargo.lock", "Gemfile.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock", "pylock.dev.toml", "composer.lock",
			"mix.lock", "flake.lock", "ios/Podfile.lock", "src/Api/packages.lock.json", "app/gradle.lockfile", "pubspec.lock",
			"infra/.terraform.lock.hcl", "Package.resolved", "charts/shop/Chart.lock", "MODULE.bazel.lock",
			"gradle/dependency-locks/compile.lockfile",
		}},
		{generatedFile, []string{
			"api/v1/order.pb.go", "api/order.pb.gw.go", "api/order.pb.validate.go", "api/order_pb2.py", "api/order_pb2_grpc.py",
			"lib/model.g.dart", "lib/model.freezed.dart", "zz_generated.deepcopy.go", "pkg/openapi_generated.go",
			"src/schema.generated.ts", "web/app.min.js", "web/app.min.css", "dist/index.js", "dist/a/b.d.ts",
			"src/__generated__/query.ts", "internal/mocks/store.go", "store/mock_store.go", "Form1.Designer.cs", "gen-py/shop/ttypes.py",
			"src/query.gen.ts", ".pnp.cjs", "web/app.js.map",
		}},
		{vendoredFile, []string{
			"vendor/github.com/x/y/z.go", "services/pay/vendor/autoload.php", "vendor/bundle/a.rb", "web/node_modules/a/index.js",
			"third_party/zlib/inflate.c", "ios/Pods/A/a.m", ".yarn/releases/yarn-4.cjs", "gradlew", "gradle/wrapper/gradle-wrapper.jar",
			"src/vendor/github.com/x/y.go",
		}},
		{fixtureFile, []string{
			"parser/testdata/a.txt", "src/__fixtures__/a.json", "fixtures/a.json",
			"spec/fixtures/a.yml", "spec/cassettes/pay.yml",
		}},
		{fixtureFile | testFile, []string{"test/fixtures/a.json", "cypress/fixtures/a.json", "src/__tests__/fixtures/a.json", "app/src/test/fixtures/a.json"}},
		{snapshotFile, []string{"src/__snapshots__/a.txt", "a.snap", "report.golden", "Ledger.Posting.verified.txt", "login.spec.ts-snapshots/a.png"}},
		{snapshotFile | testFile, []string{"tests/golden/a.out"}},
		{testFile, []string{
			"a_test.go", "src/a.test.ts", "src/a.spec.tsx", "e2e/login.cy.ts", "pkg/test_a.py", "pkg/a_test.py", "conftest.py",
			"spec/models/user_spec.rb", "spec/support/helper.rb", "test/user_test.rb", "src/test/java/A.java", "src/AServiceTest.java",
			"src/ATests.cs", "Shop.Tests/Helper.cs", "AppUITests/Helper.swift", "src/main/ASpec.scala", "tests/UserTest.php",
			"crates/a/tests/b.rs", "src/export/tests.rs", "test/a_test.exs", "lib/a_test.dart", "a_unittest.cc", "contracts/A.t.sol",
			"features/pay.feature", "install.bats", "src/__tests__/a.js", "src/__mocks__/fs.js", "app/src/androidTest/A.kt",
			"main.tftest.hcl", "Deploy.Tests.ps1", "t/basic.t", "charts/shop/templates/tests/connection.yaml",
		}},
		{documentationFile, []string{
			"README.md", "docs/a/b.md", "LICENSE", "COPYING.txt", "guide.rst", "docs/flow.png", "doc/notes.txt", "services/pay/README.adoc",
		}},
		{none, []string{
			"contest/main.go", "latest.go", "src/latest.ts", "Contest.java", "contests/a.rb", "attest.py", "src/testing/clock.go",
			"src/vendors/list.ts", "src/vendor/VendorList.tsx", "app/models/vendor/contract.rb", "vendor.go", "vendor_portal/views.py",
			"src/fixtures/matchday.ts", "app/fixtures/lamp.rb", "locks/door.go", "src/lock.ts", "generator/main.go", "src/regenerated.go",
			"docs/conf.py", "docs/deploy.sh", "docs/index.html", "guide.mdx", "requirements.txt", "db/snapshots/restore.sql",
			"spec/openapi.yaml", "volume-snapshots/a.yaml", "src/specification.ts", "protest.py", "distribution/a.js", "dist/nginx.conf",
			"docsite/main.go", "summit.go", "src/Testimonial.java", "go.mod", "package.json", "",
		}},
	}
	for _, tt := range tests {
		for _, path := range tt.paths {
			if got := pathKindsOf(path); got != tt.kind {
				t.Errorf("pathKindsOf(%q) = %09b, want %09b", path, got, tt.kind)
			}
		}
	}
}

func TestSensitivePaths(t *testing.T) {
	for _, path := range []string{
		".github/backout.yml", "backout.yml", ".github/workflows/ci.yml", ".github/actions/x/README.md", "CODEOWNERS", "docs/CODEOWNERS",
		".github/pull_request_template.md", "PULL_REQUEST_TEMPLATE.md", "docs/Pull_Request_Template.md", ".github/PULL_REQUEST_TEMPLATE/a.md",
		".github/ISSUE_TEMPLATE/bug.md", "mail/templates/welcome.md", "agent/prompts/system.md", ".changeset/calm-cats.md", "docs/requirements.txt",
	} {
		if !isSensitive(path) {
			t.Errorf("%s is not sensitive", path)
		}
	}
	for _, path := range []string{"README.md", ".github/CONTRIBUTING.md", "docs/backout.yml.md", "docs/templating.md", "services/pay/docs/runbook.md"} {
		if isSensitive(path) {
			t.Errorf("%s is sensitive", path)
		}
	}
}

func FuzzPathKinds(f *testing.F) {
	f.Add("src/test/java/A.java")
	f.Add("////..")
	f.Fuzz(func(_ *testing.T, path string) {
		pathKindsOf(path)
		isSensitive(path)
	})
}

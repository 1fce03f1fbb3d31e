package settings_test

import (
	"encoding/base64"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/settings"
)

// told is what a test tells: flags, environment, and files by name.
type told struct {
	flags   map[string][]string
	env     map[string]string
	environ []string // as the process has it, when misspelt names are looked for
	file    string   // the text of serve.yml; empty: there is none
	name    string   // of the settings file, where there is no text
	files   map[string]string
}

func (t told) read() (settings.Settings, []settings.Problem) {
	from := settings.Sources{
		Flag:    func(name string) ([]string, bool) { values, given := t.flags[name]; return values, given },
		Getenv:  func(name string) string { return t.env[name] },
		Environ: func() []string { return t.environ },
		ReadFile: func(name string) ([]byte, error) {
			if name == "serve.yml" && t.file != "" {
				return []byte(t.file), nil
			}
			if text, there := t.files[name]; there {
				return []byte(text), nil
			}
			if name == "locked.pem" || name == "locked.yml" {
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
			}
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	}
	if from.File = t.name; t.file != "" {
		from.File = "serve.yml"
	}
	return settings.Read(from)
}

func lines(problems []settings.Problem) string {
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return strings.Join(all, "\n")
}

const hexSecret = "0123456789abcdef0123456789abcdef"

// enough is what the server cannot do without.
func enough() told {
	return told{
		flags: map[string][]string{},
		env:   map[string]string{"BACKOUT_APP_ID": "123456", "BACKOUT_PRIVATE_KEY": pkcs1, "BACKOUT_WEBHOOK_SECRET": hexSecret},
	}
}

func TestDefaults(t *testing.T) {
	s, problems := enough().read()
	if len(problems) > 0 {
		t.Fatal(lines(problems))
	}
	if s.AppID != 123456 || s.PrivateKey == nil || len(s.WebhookSecrets) != 1 || string(s.WebhookSecrets[0]) != hexSecret ||
		s.GitHub.REST.String() != "https://api.github.com/" || s.GitHub.GraphQL.String() != "https://api.github.com/graphql" ||
		s.Database != filepath.Join("backout-data", "backout.db") || s.PublicURL != nil || s.Accounts != nil ||
		s.Organisation != (settings.File{Repository: ".github", Path: "backout.yml"}) ||
		s.Listen != ":8080" || s.MetricsListen != "" || s.CommentAfter != time.Minute || s.LogFormat != "text" || len(s.Warnings) > 0 {
		t.Errorf("%+v", s)
	}
}

func TestFlagsBeatTheEnvironmentWhichBeatsTheFile(t *testing.T) {
	in := enough()
	in.flags["listen"] = []string{"127.0.0.1:1"}
	in.env["BACKOUT_LISTEN"], in.env["BACKOUT_COMMENT_AFTER"], in.env["BACKOUT_LOG_FORMAT"] = ":2", "2m", ""
	in.file = "listen: \":3\"\ncomment-after: 3m\nlog-format: json\naccounts: [acme]\n"
	s, problems := in.read()
	if len(problems) > 0 {
		t.Fatal(lines(problems))
	}
	if s.Listen != "127.0.0.1:1" || s.CommentAfter != 2*time.Minute || s.LogFormat != "json" {
		t.Errorf("listen %s, comment-after %s, log-format %s", s.Listen, s.CommentAfter, s.LogFormat)
	}
	var origins []string
	for _, o := range s.Told {
		origins = append(origins, o.Key+" "+o.Value+" "+o.Origin)
	}
	want := []string{
		"app-id 123456 BACKOUT_APP_ID", "private-key " + settings.Fingerprint(s.PrivateKey) + " BACKOUT_PRIVATE_KEY", "webhook-secret 1 secret BACKOUT_WEBHOOK_SECRET",
		"github-url https://github.com the default", "data-dir backout-data the default", "accounts acme serve.yml:4:1",
		"org-policy .github:backout.yml the default", "listen 127.0.0.1:1 --listen", "comment-after 2m BACKOUT_COMMENT_AFTER", "log-format json serve.yml:3:1",
	}
	if diff := cmp.Diff(want, origins); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
}

func TestEverythingInAFile(t *testing.T) {
	in := told{file: `# All settings.
app-id: 123456
private-key-file: app.pem
webhook-secret:
  - new secret, with a comma
  - 'the old: one'
github-url: https://ghe.example.com
database-url: postgres://backout:p%40ss@db/backout
data-dir: /data
public-url: https://backout.example.com/
accounts:
  - octo-org
  - acme_corp
org-policy: policies:org/backout.yml
listen: :9000
metrics-listen: 127.0.0.1:9001
comment-after: 90s
log-format: json
`, files: map[string]string{"app.pem": pkcs1}}
	s, problems := in.read()
	if len(problems) > 0 {
		t.Fatal(lines(problems))
	}
	if s.AppID != 123456 || s.PrivateKey == nil || len(s.WebhookSecrets) != 2 || string(s.WebhookSecrets[0]) != "new secret, with a comma" || string(s.WebhookSecrets[1]) != "the old: one" ||
		s.GitHub.REST.String() != "https://ghe.example.com/api/v3/" || s.GitHub.GraphQL.String() != "https://ghe.example.com/api/graphql" ||
		s.Database != "postgres://backout:p%40ss@db/backout" || s.PublicURL.String() != "https://backout.example.com" ||
		cmp.Diff(s.Accounts, []string{"octo-org", "acme_corp"}) != "" || s.Organisation != (settings.File{Repository: "policies", Path: "org/backout.yml"}) ||
		s.Listen != ":9000" || s.MetricsListen != "127.0.0.1:9001" || s.CommentAfter != 90*time.Second || s.LogFormat != "json" {
		t.Errorf("%+v", s)
	}
	for _, o := range s.Told {
		if strings.Contains(o.Value, "p%40ss") || strings.Contains(o.Value, "secret, ") || strings.Contains(o.Value, "PRIVATE") {
			t.Errorf("a secret is shown: %+v", o)
		}
	}
}

func TestSeveralValuesInAVariable(t *testing.T) {
	in := enough()
	in.env["BACKOUT_WEBHOOK_SECRET"] = hexSecret + " another,secret-of-24-bytes\n"
	in.env["BACKOUT_ACCOUNTS"] = "acme, octo-org hubot"
	in.env["BACKOUT_API_URL"], in.env["BACKOUT_GRAPHQL_URL"] = "http://127.0.0.1:1/", "http://127.0.0.1:1/graphql"
	s, problems := in.read()
	if len(problems) > 0 || len(s.WebhookSecrets) != 2 || string(s.WebhookSecrets[1]) != "another,secret-of-24-bytes" ||
		cmp.Diff(s.Accounts, []string{"acme", "octo-org", "hubot"}) != "" || s.GitHub.REST.String() != "http://127.0.0.1:1/" {
		t.Errorf("%s\n%+v", lines(problems), s)
	}
}

func TestTheStrongerSourceOfTheKeyCounts(t *testing.T) {
	in := enough()
	in.file, in.files = "private-key-file: missing.pem\n", nil
	if _, problems := in.read(); len(problems) > 0 {
		t.Error(lines(problems))
	}
	in.flags["private-key-file"] = []string{"app.pem"}
	in.files = map[string]string{"app.pem": pkcs8}
	in.env["BACKOUT_PRIVATE_KEY"] = "nonsense"
	if _, problems := in.read(); len(problems) > 0 {
		t.Error(lines(problems))
	}
}

func TestAShortSecretIsAWarning(t *testing.T) {
	in := enough()
	in.env["BACKOUT_WEBHOOK_SECRET"] = "short"
	s, problems := in.read()
	want := "BACKOUT_WEBHOOK_SECRET: a webhook secret is shorter than 16 characters; set a longer one here and on the App's page, such as from: openssl rand -hex 32"
	if len(problems) > 0 || lines(s.Warnings) != want {
		t.Errorf("%s\n%s", lines(problems), lines(s.Warnings))
	}
}

func TestAVariableThatIsNearlyASettingIsAWarning(t *testing.T) {
	for line, want := range map[string]string{
		"BACKOUT_APPID=1":          "BACKOUT_APPID: this variable is not a setting; the nearest is BACKOUT_APP_ID",
		"BACKOUT_CONFIGS=a.yml":    "BACKOUT_CONFIGS: this variable is not a setting; the nearest is BACKOUT_CONFIG",
		"BACKOUT_LISTEN=:1":        "",
		"BACKOUT_CHECK_CONFIG=yes": "",
		"BACKOUT_LISTEM=":          "", // left out
		"BACKOUT_PORT=tcp://a:80":  "", // of a service that is called backout
		"BACKOUT_=1":               "",
		"LISTEM=:1":                "",
		"BACKOUT_LISTEM":           "",
	} {
		in := enough()
		in.environ = []string{line}
		if s, _ := in.read(); lines(s.Warnings) != want {
			t.Errorf("%s: %q", line, lines(s.Warnings))
		}
	}
}

// TestMistakes tells one thing wrong at a time, besides what is enough.
func TestMistakes(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(*told)
		want string
	}{
		{"an id in words", func(in *told) { in.env["BACKOUT_APP_ID"] = "backout" }, `BACKOUT_APP_ID: "backout" is not an App's id; write the App ID on the App's page on GitHub, such as 123456`},
		{"an id below 1", func(in *told) { in.flags["app-id"] = []string{"-1"} }, `--app-id: "-1" is not an App's id; write the App ID on the App's page on GitHub, such as 123456`},
		{"a client id", func(in *told) { in.env["BACKOUT_APP_ID"] = "Iv23liAbCdEf" }, `BACKOUT_APP_ID: this is a client id; write the App ID on the App's page on GitHub, such as 123456`},
		{"an empty flag", func(in *told) { in.flags["webhook-secret"] = []string{hexSecret, ""} }, `--webhook-secret: webhook-secret is empty; give it a value, or leave it out`},
		{"an empty secret in the file", func(in *told) { in.env["BACKOUT_WEBHOOK_SECRET"], in.file = "", "webhook-secret: ''\n" }, `serve.yml:1:1: webhook-secret is empty; give it a value, or leave it out`},
		{"an empty list", func(in *told) { in.file = "accounts: []\n" }, `serve.yml:1:1: accounts is an empty list; name one, or leave the key out`},
		{"too many secrets", func(in *told) { in.flags["webhook-secret"] = strings.Fields(strings.Repeat(hexSecret+" ", 9)) }, `--webhook-secret: 9 webhook secrets are more than 8; drop those that GitHub does not use any more`},
		{"no URL", func(in *told) { in.env["BACKOUT_GITHUB_URL"] = "github.com" }, `BACKOUT_GITHUB_URL: not the address of a GitHub; one looks like https://github.com`},
		{"a password in the clear", func(in *told) { in.env["BACKOUT_DATABASE_URL"] = "postgres://u:se%cret@db/x" }, `BACKOUT_DATABASE_URL: this is not a URL; write postgres://USER:PASSWORD@HOST/DATABASE, with what is special in the password as %XX`},
		{"another database", func(in *told) { in.env["BACKOUT_DATABASE_URL"] = "mysql://u:secret@db/x" }, `BACKOUT_DATABASE_URL: this is not the URL of a PostgreSQL database; write postgres://USER:PASSWORD@HOST/DATABASE, or leave it out and set data-dir for SQLite`},
		{"no host", func(in *told) { in.env["BACKOUT_DATABASE_URL"] = "postgres:///x" }, `BACKOUT_DATABASE_URL: the URL names no host; write postgres://USER:PASSWORD@HOST/DATABASE`},
		{"a public address without a scheme", func(in *told) { in.env["BACKOUT_PUBLIC_URL"] = "backout.example.com" }, `BACKOUT_PUBLIC_URL: this is not the address of a server; write the one that GitHub is to call, such as https://backout.example.com`},
		{"an account with an address", func(in *told) { in.env["BACKOUT_ACCOUNTS"] = "acme,github.com/x" }, `BACKOUT_ACCOUNTS: "github.com/x" is not the name of an organisation or a person; write the name as it is in the address on GitHub, such as octo-org`},
		{"a policy with an owner", func(in *told) { in.env["BACKOUT_ORG_POLICY"] = "acme/.github:backout.yml" }, `BACKOUT_ORG_POLICY: "acme/.github:backout.yml" is not a file in a repository; write REPOSITORY:PATH without an owner, such as .github:backout.yml`},
		{"a policy above the root", func(in *told) { in.env["BACKOUT_ORG_POLICY"] = ".github:../x.yml" }, `BACKOUT_ORG_POLICY: ".github:../x.yml" is not a file in a repository; write REPOSITORY:PATH without an owner, such as .github:backout.yml`},
		{"a port alone", func(in *told) { in.flags["listen"] = []string{"8080"} }, `--listen: "8080" is not an address to listen on; write HOST:PORT, or :PORT for every address of this machine, such as :8080`},
		{"a port that is none", func(in *told) { in.flags["metrics-listen"] = []string{":70000"} }, `--metrics-listen: ":70000" is not an address to listen on; write HOST:PORT, or :PORT for every address of this machine, such as :8080`},
		{"a time without a unit", func(in *told) { in.file = "comment-after: 60\n" }, `serve.yml:1:1: "60" is not a time of at most a day; write a number and a unit, such as 90s, 1m or 2h`},
		{"a time of days", func(in *told) { in.file = "comment-after: 25h\n" }, `serve.yml:1:1: "25h" is not a time of at most a day; write a number and a unit, such as 90s, 1m or 2h`},
		{"a format", func(in *told) { in.file = "log-format: logfmt\n" }, `serve.yml:1:1: "logfmt" is not a format of the log; write text or json`},
		{"two keys", func(in *told) { in.env["BACKOUT_PRIVATE_KEY_FILE"] = "app.pem" }, `BACKOUT_PRIVATE_KEY: private-key and private-key-file are both given; give one of them`},
		{"the key where its path is wanted", func(in *told) { in.flags["private-key-file"] = []string{pkcs1} }, `--private-key-file: this is a private key, and the path of a file is wanted; write the path of the .pem file that GitHub gave you, or give private-key the key itself`},
		{"base64 of the key where its path is wanted", func(in *told) {
			in.flags["private-key-file"] = []string{base64.StdEncoding.EncodeToString([]byte(pkcs1))}
		}, `--private-key-file: this is a private key, and the path of a file is wanted; write the path of the .pem file that GitHub gave you, or give private-key the key itself`},
		{"half a key where its path is wanted", func(in *told) { in.flags["private-key-file"] = []string{pkcs1[40:800]} }, `--private-key-file: this is what a file may hold, and the path of a file is wanted; write the path of the .pem file that GitHub gave you, or give private-key the key itself`},
		{"a client secret where a path is wanted", func(in *told) {
			in.flags["private-key-file"] = []string{"0123456789abcdef0123456789abcdef01234567"}
		}, `--private-key-file: this is a client secret, and the path of a file is wanted; write the path of the .pem file that GitHub gave you, or give private-key the key itself`},
		{"a client secret for the id", func(in *told) { in.env["BACKOUT_APP_ID"] = "0123456789abcdef0123456789abcdef01234567" }, `BACKOUT_APP_ID: a client secret is not an App's id; write the App ID on the App's page on GitHub, such as 123456`},
		{"a webhook secret for an account", func(in *told) { in.env["BACKOUT_ACCOUNTS"] = strings.Repeat("0f", 60) }, `BACKOUT_ACCOUNTS: a webhook secret or another one in hexadecimal digits is not the name of an organisation or a person; write the name as it is in the address on GitHub, such as octo-org`},
		{"a database for a folder", func(in *told) { in.env["BACKOUT_DATA_DIR"] = "postgres://u:secret@db/x" }, `BACKOUT_DATA_DIR: this is a URL, and a folder is wanted; set database-url to the URL of a PostgreSQL database, or data-dir to a folder for SQLite`},
		{"several accounts in one flag", func(in *told) { in.flags["accounts"] = []string{"acme,octo-org"} }, `--accounts: "acme,octo-org" is not the name of an organisation or a person; for several, repeat the flag, write a list in the file, or put commas between them in BACKOUT_ACCOUNTS`},
		{"one address twice", func(in *told) { in.flags["metrics-listen"] = []string{":8080"} }, `--metrics-listen: metrics-listen is the same address as listen; leave it out to have /metrics there, or give it a port of its own`},
		{"no file of the key", func(in *told) { in.flags["private-key-file"] = []string{"app.pem"} }, `--private-key-file: there is no file app.pem; write the path of the .pem file that GitHub gave you`},
		{"a file of the key that is locked", func(in *told) { in.flags["private-key-file"] = []string{"locked.pem"} }, `--private-key-file: the file locked.pem may not be read; let the user that the server runs as read it`},

		{"a misspelt key", func(in *told) { in.file = "listen: ':1'\nwebhook_secret: x\n" }, `serve.yml:2:1: unknown setting "webhook_secret"; the nearest is webhook-secret`},
		{"a key of the policy", func(in *told) { in.file = "freeze: []\n" }, `serve.yml:1:1: unknown setting "freeze"; backout serve --help lists the settings`},
		{"the environment's name of a key", func(in *told) { in.file = "BACKOUT_LISTEN: ':1'\n" }, `serve.yml:1:1: unknown setting "BACKOUT_LISTEN"; in a file it is listen`},
		{"a key twice", func(in *told) { in.file = "listen: ':1'\nlisten: ':2'\n" }, `serve.yml:2:1: listen is set a second time; first at serve.yml:1:1; keep one of them`},
		{"a list where one is wanted", func(in *told) { in.file = "listen: [':1']\n" }, `serve.yml:1:1: listen takes one value, not a list; write it on the same line`},
		{"a map where one is wanted", func(in *told) { in.file = "listen:\n  port: 1\n" }, `serve.yml:1:1: listen has no value that can be read; write a text on the same line`},
		{"no value", func(in *told) { in.file = "listen:\n" }, `serve.yml:1:1: listen has no value that can be read; write a text on the same line`},
		{"a list of lists", func(in *told) { in.file = "accounts: [[acme]]\n" }, `serve.yml:1:1: an entry of accounts cannot be read; write a text`},
		{"a list of settings", func(in *told) { in.file = "- listen\n" }, `serve.yml:1:1: the file is not a list of settings; write a setting a line, such as "app-id: 123456"`},
		{"another document", func(in *told) { in.file = "listen: ':1'\n---\nlisten: ':2'\n" }, `serve.yml: the file holds a second document; drop the line with the three dashes`},
		{"no YAML", func(in *told) { in.file = "webhook-secret: \"very secret\nlisten: {\n" }, `serve.yml:1:17: this is not YAML; write a setting a line, such as "app-id: 123456"; put a value with special characters in quotes`},
		{"a file that is too large", func(in *told) { in.file = strings.Repeat("# x\n", 40_000) }, `serve.yml: the file is larger than 128 KB; it holds only the settings of the server`},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := enough()
			test.set(&in)
			_, problems := in.read()
			if diff := cmp.Diff(test.want, lines(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryMistakeAtOnce(t *testing.T) {
	in := told{
		flags: map[string][]string{"listen": {"x"}, "github-url": {"ftp://x"}},
		env:   map[string]string{"BACKOUT_APP_ID": "x", "BACKOUT_PRIVATE_KEY": "0123456789abcdef0123456789abcdef01234567"},
		file:  "lisen: ':1'\ncomment-after: soon\n",
	}
	_, problems := in.read()
	want := `serve.yml:1:1: unknown setting "lisen"; the nearest is listen
BACKOUT_APP_ID: "x" is not an App's id; write the App ID on the App's page on GitHub, such as 123456
BACKOUT_PRIVATE_KEY: this is a client secret; give the private key that GitHub made for the App: a .pem file that begins with -----BEGIN RSA PRIVATE KEY-----
webhook-secret is missing; set BACKOUT_WEBHOOK_SECRET to the webhook secret on the App's page on GitHub
--github-url: not the address of a GitHub; one looks like https://github.com
--listen: "x" is not an address to listen on; write HOST:PORT, or :PORT for every address of this machine, such as :8080
serve.yml:2:1: "soon" is not a time of at most a day; write a number and a unit, such as 90s, 1m or 2h`
	if diff := cmp.Diff(want, lines(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestWhatAFileMayHoldIsNotMissing: who has a file that cannot be read is not to
// set in the environment what stands in it.
func TestWhatAFileMayHoldIsNotMissing(t *testing.T) {
	for _, test := range []struct{ name, file, text, want string }{
		{"a file that is not there", "serve.yaml", "", "serve.yaml: there is no such file; write the path of the file with the settings, or leave --config out"},
		{"a file that is locked", "locked.yml", "", "locked.yml: the file may not be read; let the user that the server runs as read it"},
		{"what is in the file", "app-id: 1\nwebhook-secret: abc\n", "", "--config and BACKOUT_CONFIG take the path of a file, not what is in it; write it to a file, and give its path"},
		{"no YAML", "", "app-id: {\n", `serve.yml:1:9: this is not YAML; write a setting a line, such as "app-id: 123456"; put a value with special characters in quotes`},
		{"a file of variables", "", "BACKOUT_APP_ID=1\nBACKOUT_LISTEN=:1\n", `serve.yml:1:1: the file is not a list of settings; write a setting a line, such as "app-id: 123456"`},
		{"values of a wrong kind", "", "app-id: [1]\nprivate-key-file: {a: b}\nwebhook-secret:\n", `serve.yml:1:1: app-id takes one value, not a list; write it on the same line
serve.yml:2:1: private-key-file has no value that can be read; write a text on the same line
serve.yml:3:1: webhook-secret has no value that can be read; write a text on the same line`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, problems := told{file: test.text, name: test.file}.read()
			if diff := cmp.Diff(test.want, lines(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFileMayBeginWithAMark(t *testing.T) {
	in := enough()
	in.file = "\ufefflisten: :9000\n"
	if s, problems := in.read(); len(problems) > 0 || s.Listen != ":9000" {
		t.Errorf("%s: %s", s.Listen, lines(problems))
	}
}

func TestNothingIsTold(t *testing.T) {
	_, problems := told{}.read()
	want := `app-id is missing; set --app-id or BACKOUT_APP_ID to the App ID on the App's page on GitHub
private-key is missing; make one on the App's page on GitHub, and set --private-key-file or BACKOUT_PRIVATE_KEY
webhook-secret is missing; set BACKOUT_WEBHOOK_SECRET to the webhook secret on the App's page on GitHub`
	if diff := cmp.Diff(want, lines(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestAnEmptyFileTellsNothing(t *testing.T) {
	for _, text := range []string{"\n", "# nothing\n", "---\n"} {
		in := enough()
		in.file = text
		if _, problems := in.read(); len(problems) > 0 {
			t.Errorf("%q: %s", text, lines(problems))
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add("app-id: 1\nwebhook-secret: [a, b]\nprivate-key: |\n  -----BEGIN\n")
	f.Add("listen: {\n")
	f.Add("- a\n")
	f.Add("a: &x 1\nb: *x\n? c\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2_000 {
			return
		}
		in := enough()
		in.file = text
		_, problems := in.read()
		for _, p := range problems {
			if len(p.String()) > 400 || strings.Contains(p.String(), "\n\n") {
				t.Errorf("a problem of %d bytes: %.200q", len(p.String()), p)
			}
		}
	})
}

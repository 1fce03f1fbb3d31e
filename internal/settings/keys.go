package settings

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/backout-dev/backout/internal/gh"
)

// Key is one setting.
type Key struct {
	Name string // as in the file, and as a flag
	// Usage is a line of the help; what stands for the value is in backticks.
	Usage   string
	Default string
	// Several: the flag may be repeated, and the file may have a list.
	Several bool

	split   func(string) []string // an environment variable into several
	missing string                // what to do where it is not told; empty: nothing
	or      string                // another key that serves as well
	// set takes the value, and returns it as it may be shown.
	set func(r *reader, v value) (shown string, ok bool)
}

// prefix begins the names of our environment variables.
const prefix = "BACKOUT_"

// Variable is the environment variable of the key.
func (k Key) Variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(k.Name, "-", "_"))
}

// Keys lists the settings in the order of the help.
func Keys() []Key {
	return []Key{
		{
			Name: "app-id", Usage: "`ID` of the App, a number", set: setAppID,
			missing: "set --app-id or BACKOUT_APP_ID to the App ID on the App's page on GitHub",
		},
		{
			Name: "private-key", Usage: "private `KEY` of the App: PEM, or base64 of it", set: setPrivateKey,
			or: "private-key-file", missing: "make one on the App's page on GitHub, and set --private-key-file or BACKOUT_PRIVATE_KEY",
		},
		{Name: "private-key-file", Usage: "`FILE` with the App's private key", set: setPrivateKeyFile},
		{
			Name: "webhook-secret", Usage: "webhook `SECRET` of the App; may be repeated, so that an old one and a new one work at once",
			Several: true, split: strings.Fields, set: setSecrets,
			missing: "set BACKOUT_WEBHOOK_SECRET to the webhook secret on the App's page on GitHub",
		},
		{Name: "github-url", Usage: "`URL` of the GitHub that the App is on", Default: "https://github.com", set: setGitHub},
		{Name: "api-url", Usage: "`URL` of its REST API, where it is elsewhere than usual", set: setAPI},
		{Name: "graphql-url", Usage: "`URL` of its GraphQL API, where it is elsewhere than usual", set: setGraphQL},
		{Name: "database-url", Usage: "`URL` of a PostgreSQL database, for several replicas (default an SQLite file in data-dir)", set: setDatabase},
		{Name: "data-dir", Usage: "`FOLDER` of the SQLite file; it is made where it is missing", Default: "backout-data", set: setDataDir},
		{Name: "public-url", Usage: "`URL` at which this server is reached from outside", set: setPublic},
		{
			Name: "accounts", Usage: "`LOGIN` of an organisation or a person to serve; may be repeated (default all)",
			Several: true, split: splitNames, set: setAccounts,
		},
		{Name: "org-policy", Usage: "`REPOSITORY:PATH` of an organisation's policy file", Default: ".github:backout.yml", set: setOrganisation},
		{Name: "listen", Usage: "`ADDRESS` to listen on", Default: ":8080", set: setListen},
		{Name: "metrics-listen", Usage: "`ADDRESS` at which /metrics is shown, and then only there", set: setMetricsListen},
		{Name: "comment-after", Usage: "`TIME` that a description must have been quiet before it is commented on", Default: "1m", set: setCommentAfter},
		{Name: "log-format", Usage: "`FORMAT` of the log: text or json", Default: "text", set: setLogFormat},
	}
}

// splitNames parts names that hold neither spaces nor commas.
func splitNames(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

func setAppID(r *reader, v value) (string, bool) {
	n, err := strconv.ParseInt(v.text(), 10, 64)
	if err == nil && n > 0 {
		r.settings.AppID = n
		return v.text(), true
	}
	fix := "write the App ID on the App's page on GitHub, such as 123456"
	if strings.HasPrefix(v.text(), "Iv") {
		r.problem(v, "this is a client id", fix)
		return "", false
	}
	r.problem(v, shown(v.text())+" is not an App's id", fix)
	return "", false
}

// weakSecret is the length, in bytes, below which a secret can be guessed.
const weakSecret = 16

// maxSecrets bounds the secrets: each delivery is hashed once for each.
const maxSecrets = 8

func setSecrets(r *reader, v value) (string, bool) {
	if len(v.texts) > maxSecrets {
		r.problem(v, fmt.Sprintf("%d webhook secrets are more than %d", len(v.texts), maxSecrets), "drop those that GitHub does not use any more")
		return "", false
	}
	for _, text := range v.texts {
		r.settings.WebhookSecrets = append(r.settings.WebhookSecrets, []byte(text))
		if len(text) < weakSecret {
			r.settings.Warnings = append(r.settings.Warnings, Problem{
				v.key.Name, v.origin, fmt.Sprintf("a webhook secret is shorter than %d characters", weakSecret),
				"set a longer one here and on the App's page, such as from: openssl rand -hex 32",
			})
		}
	}
	return quantity(len(v.texts), "secret"), true
}

func quantity(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// The three addresses of a GitHub are looked at one by one, so that each mistake
// is told; complete puts them together.
func setGitHub(r *reader, v value) (string, bool) {
	r.settings.GitHubURL = strings.TrimRight(v.text(), "/")
	return hosts(r, v, v.text(), "", "")
}

func setAPI(r *reader, v value) (string, bool)     { return hosts(r, v, "", v.text(), "") }
func setGraphQL(r *reader, v value) (string, bool) { return hosts(r, v, "", "", v.text()) }

func hosts(r *reader, v value, github, rest, graphql string) (string, bool) {
	if _, err := gh.ParseHosts(github, rest, graphql); err != nil {
		r.problem(v, err.Error(), "")
		return "", false
	}
	return v.text(), true
}

func setDatabase(r *reader, v value) (string, bool) {
	text := v.text()
	u, err := url.Parse(text)
	switch {
	case err != nil:
		// The error of the library shows the password.
		r.problem(v, "this is not a URL", "write postgres://USER:PASSWORD@HOST/DATABASE, with what is special in the password as %XX")
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		r.problem(v, "this is not the URL of a PostgreSQL database", "write postgres://USER:PASSWORD@HOST/DATABASE, or leave it out and set data-dir for SQLite")
	case u.Host == "" && u.Query().Get("host") == "":
		r.problem(v, "the URL names no host", "write postgres://USER:PASSWORD@HOST/DATABASE")
	default:
		r.settings.Database = text
		return u.Scheme + "://" + u.Host + u.Path, true
	}
	return "", false
}

func setDataDir(r *reader, v value) (string, bool) {
	if strings.Contains(v.text(), "://") {
		r.problem(v, "this is a URL, and a folder is wanted", "set database-url to the URL of a PostgreSQL database, or data-dir to a folder for SQLite")
		return "", false
	}
	r.settings.DataDir = v.text()
	return v.text(), true
}

func setPublic(r *reader, v value) (string, bool) {
	u, err := url.Parse(v.text())
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.problem(v, "this is not the address of a server", "write the one that GitHub is to call, such as https://backout.example.com")
		return "", false
	}
	u.Path = strings.TrimRight(u.Path, "/")
	r.settings.PublicURL = u
	return u.String(), true
}

// login is a name of a person or an organisation. Those that an enterprise
// manages end in "_" and its short name.
var login = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

func setAccounts(r *reader, v value) (string, bool) {
	good := true
	for _, text := range v.texts {
		if login.MatchString(text) {
			continue
		}
		fix := "write the name as it is in the address on GitHub, such as octo-org"
		if len(splitNames(text)) > 1 {
			fix = "for several, repeat the flag, write a list in the file, or put commas between them in " + v.key.Variable()
		}
		r.problem(v, shown(text)+" is not the name of an organisation or a person", fix)
		good = false
	}
	r.settings.Accounts = v.texts
	return strings.Join(v.texts, ", "), good
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

func setOrganisation(r *reader, v value) (string, bool) {
	repository, path, found := strings.Cut(v.text(), ":")
	if !found || !repositoryName.MatchString(repository) || path == "" || path != filepath.ToSlash(filepath.Clean(path)) || path[0] == '/' || strings.HasPrefix(path, "..") {
		r.problem(v, shown(v.text())+" is not a file in a repository", "write REPOSITORY:PATH without an owner, such as .github:backout.yml")
		return "", false
	}
	r.settings.Organisation = File{repository, path}
	return v.text(), true
}

func setListen(r *reader, v value) (string, bool) {
	r.settings.Listen = v.text()
	return v.text(), r.address(v)
}

func setMetricsListen(r *reader, v value) (string, bool) {
	r.settings.MetricsListen = v.text()
	return v.text(), r.address(v)
}

func (r *reader) address(v value) bool {
	_, port, err := net.SplitHostPort(v.text())
	n, bad := strconv.ParseUint(port, 10, 16)
	if err == nil && bad == nil && n <= 65535 {
		return true
	}
	r.problem(v, shown(v.text())+" is not an address to listen on", "write HOST:PORT, or :PORT for every address of this machine, such as :8080")
	return false
}

// maxCommentAfter keeps a slip of the pen from being a comment that never comes.
const maxCommentAfter = 24 * time.Hour

func setCommentAfter(r *reader, v value) (string, bool) {
	d, err := time.ParseDuration(v.text())
	if err != nil || d < 0 || d > maxCommentAfter {
		r.problem(v, shown(v.text())+" is not a time of at most a day", "write a number and a unit, such as 90s, 1m or 2h")
		return "", false
	}
	r.settings.CommentAfter = d
	return v.text(), true
}

func setLogFormat(r *reader, v value) (string, bool) {
	if v.text() != "text" && v.text() != "json" {
		r.problem(v, shown(v.text())+" is not a format of the log", "write text or json")
		return "", false
	}
	r.settings.LogFormat = v.text()
	return v.text(), true
}

// shown is a value as a message shows it: in quotes, unless it is a secret in the
// wrong place.
func shown(text string) string {
	if is := secret(text); is != "" {
		return is
	}
	if runes := []rune(text); len(runes) > 40 {
		text = string(runes[:40]) + "..."
	}
	return strconv.Quote(text)
}

// complete puts together what several keys say.
func (r *reader) complete(values map[string]value) {
	s := &r.settings
	text := func(key string) string {
		if v, told := values[key]; told {
			return v.text()
		}
		return ""
	}
	var err error
	if s.GitHub, err = gh.ParseHosts(s.GitHubURL, text("api-url"), text("graphql-url")); err != nil {
		r.problem(values["github-url"], err.Error(), "")
	}
	if at, told := values["metrics-listen"]; told && s.MetricsListen == s.Listen && !strings.HasSuffix(s.Listen, ":0") {
		r.problem(at, "metrics-listen is the same address as listen", "leave it out to have /metrics there, or give it a port of its own")
	}
	if s.Database == "" {
		s.Database = filepath.Join(s.DataDir, "backout.db")
	}
}

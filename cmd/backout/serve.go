package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/backout-dev/backout/internal/render"
	"github.com/backout-dev/backout/internal/settings"
)

func newServe(h host) *cobra.Command {
	var checkOnly, health bool
	var file string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the App: take webhooks and judge pull requests",
		Long: `Run the App: take the webhooks of GitHub at POST /webhook and judge the pull
requests that they are about.

Each setting is a flag, an environment variable (--app-id is BACKOUT_APP_ID) or
a line of the settings file (app-id: 123456). Flags beat the environment, which
beats the file. Secrets belong in the environment or in the file: everybody on
the machine sees the flags of a process.

/healthz answers while the process is alive, /readyz while the database takes
writes, /metrics in the format of Prometheus. On SIGTERM the server accepts
nothing more, ends what has begun and exits.

Exit status:
  0  the server was stopped
  2  a mistake in the settings, or a database that cannot be used
  3  the server failed, or is not ready (--check-health)`,
		Example: `  backout serve --config serve.yml
  backout serve --config serve.yml --listen 127.0.0.1:8080
  backout serve --config serve.yml --check-config
  BACKOUT_ACCOUNTS=octo-org backout serve --config serve.yml`,
		Args: noArguments("serve"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := readSettings(cmd.Flags(), h)
			if err != nil {
				return err
			}
			if checkOnly || h.getenv("BACKOUT_CHECK_CONFIG") == "true" {
				return showSettings(s, h.stdout)
			}
			if health {
				return checkHealth(cmd.Context(), s.Listen, h)
			}
			return serve(cmd.Context(), s, h, newWorker)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&file, "config", "", "settings file, a YAML `FILE`")
	for _, k := range settings.Keys() {
		usage := k.Usage
		if k.Default != "" {
			usage += fmt.Sprintf(" (default %s)", k.Default)
		}
		if k.Several {
			f.StringArray(k.Name, nil, usage)
			continue
		}
		f.String(k.Name, "", usage)
	}
	f.BoolVar(&checkOnly, "check-config", false, "check the settings, show where each comes from, and exit")
	f.BoolVar(&health, "check-health", false, "ask the server that runs with these settings whether it is ready, and exit")
	completeWith(cmd, "log-format", []string{"text", "json"})
	return cmd
}

// readSettings reads the settings and shows all that is wrong with them.
func readSettings(flags *pflag.FlagSet, h host) (settings.Settings, error) {
	file := h.getenv("BACKOUT_CONFIG")
	if flags.Changed("config") {
		if file, _ = flags.GetString("config"); file == "" {
			return settings.Settings{}, usage("the flag --config is empty").try("backout serve --config serve.yml")
		}
	}
	s, problems := settings.Read(settings.Sources{
		Flag: func(name string) ([]string, bool) {
			f := flags.Lookup(name)
			if !f.Changed {
				return nil, false
			}
			if several, ok := f.Value.(pflag.SliceValue); ok {
				return several.GetSlice(), true
			}
			return []string{f.Value.String()}, true
		},
		Getenv: h.getenv, Environ: h.environ,
		File: file,
		ReadFile: func(name string) ([]byte, error) {
			if !filepath.IsAbs(name) {
				name = filepath.Join(h.dir, name)
			}
			return os.ReadFile(name)
		},
	})
	if len(problems) == 0 {
		return s, nil
	}
	var text strings.Builder
	for _, w := range s.Warnings {
		fmt.Fprintln(&text, "backout: warning: "+w.String())
	}
	for _, p := range problems {
		fmt.Fprintln(&text, "backout: "+strings.ReplaceAll(p.String(), "\n", " "))
	}
	mistakes := "1 mistake"
	if len(problems) > 1 {
		mistakes = fmt.Sprintf("%d mistakes", len(problems))
	}
	fmt.Fprintf(&text, "backout: serve did not start: %s in its settings; try: backout serve --help\n", mistakes)
	_, _ = io.WriteString(h.stderr, render.Lines(text.String()))
	return settings.Settings{}, settingsInvalid{}
}

// settingsInvalid ends serve when it has said what is wrong.
type settingsInvalid struct{}

func (settingsInvalid) Error() string { return "the settings are not valid" }

// showSettings shows what was told and by whom, without secrets.
func showSettings(s settings.Settings, to io.Writer) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, told := range s.Told {
		fmt.Fprintf(table, "%s\t%s\t%s\n", told.Key, told.Value, told.Origin)
	}
	if err := table.Flush(); err != nil {
		return unknown("write the settings: %v", err)
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(&text, "warning: %s\n", w)
	}
	text.WriteString("the settings are valid\n")
	if _, err := io.WriteString(to, render.Lines(text.String())); err != nil {
		return unknown("write the settings: %v", err)
	}
	return nil
}

// serverFailed ends serve when it ran, or nearly, and something else than the
// settings is to blame.
type serverFailed struct{ cause error }

func (e serverFailed) Error() string { return "serve failed: " + e.cause.Error() }

func failed(doing string, err error) error {
	return serverFailed{fmt.Errorf("%s: %w", doing, err)}
}

// isServer reports an error of serve, which judges nothing.
func isServer(err error) bool {
	return errors.As(err, &settingsInvalid{}) || errors.As(err, &serverFailed{})
}

// serverEnded says why serve ended, unless it has said so.
func (h host) serverEnded(err error) int {
	if errors.As(err, &settingsInvalid{}) {
		return exitUsage
	}
	_, _ = io.WriteString(h.stderr, render.Lines("backout: "+err.Error()+"\n"))
	return exitUnknown
}

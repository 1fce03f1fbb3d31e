// Command release makes what a release consists of, here as on GitHub. It is a
// program of its own and not a release tool with a configuration because that
// can be run and tested by everybody who has Go: six builds, six archives and a
// list of checksums are less than such a tool brings along.
//
//	go run ./internal/release archives VERSION FOLDER [OS/ARCH...]
//	go run ./internal/release program VERSION OS/ARCH FILE
//	go run ./internal/release pin VERSION CHECKSUMS ACTION.YML
//	go run ./internal/release notes VERSION CHANGELOG.MD
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

const usage = `try one of
  go run ./internal/release archives 1.2.3 dist [linux/amd64...]
  go run ./internal/release program 1.2.3 linux/amd64 backout
  go run ./internal/release pin 1.2.3 dist/checksums.txt action.yml
  go run ./internal/release notes 1.2.3 CHANGELOG.md`

// atLeast is how many arguments a command wants, itself included.
var atLeast = map[string]int{"archives": 3, "program": 4, "pin": 4, "notes": 3}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || atLeast[args[0]] == 0 {
		return fmt.Errorf("no command %q; %s", strings.Join(args, " "), usage)
	}
	if len(args) < atLeast[args[0]] {
		return errors.New("too few arguments; " + usage)
	}
	command, version, rest := args[0], args[1], args[2:]
	if !semantic.MatchString(version) {
		return fmt.Errorf("%q is no version such as 1.2.3 or 1.2.3-rc.1; %s", version, usage)
	}
	switch command {
	case "archives":
		return archives(ctx, version, rest[0], rest[1:], out)
	case "program":
		t, err := target(rest[0])
		if err != nil {
			return err
		}
		return build(ctx, version, t, rest[1])
	case "pin":
		return pinFile(version, rest[0], rest[1])
	default:
		return notesFile(version, rest[0], out)
	}
}

// semantic is a version as tags have it, without the v.
var semantic = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

// platform is one that a release is built for.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "/" + p.arch }

// platforms are the ones of a release; run.sh of the Action knows the same.
var platforms = []platform{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"windows", "amd64"},
	{"windows", "arm64"},
}

func target(name string) (platform, error) {
	for _, p := range platforms {
		if p.String() == name {
			return p, nil
		}
	}
	return platform{}, fmt.Errorf("no release for %q, only for %v", name, platforms)
}

// program is the name of the program in the platform's archive.
func (p platform) program() string {
	if p.os == "windows" {
		return "backout.exe"
	}
	return "backout"
}

// archive is the name of the platform's archive. run.sh of the Action puts the
// same name together.
func (p platform) archive(version string) string {
	return fmt.Sprintf("backout_%s_%s_%s.tar.gz", version, p.os, p.arch)
}

// archives builds the platforms named, or all, and writes their archives and
// checksums.txt to a folder.
func archives(ctx context.Context, version, folder string, names []string, out io.Writer) error {
	wanted := platforms
	if len(names) > 0 {
		wanted = nil
		for _, name := range names {
			p, err := target(name)
			if err != nil {
				return err
			}
			wanted = append(wanted, p)
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "backout-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	var sums []string
	for _, p := range wanted {
		program := filepath.Join(work, p.os+p.arch, p.program())
		if err := build(ctx, version, p, program); err != nil {
			return err
		}
		name := p.archive(version)
		sum, size, err := pack(filepath.Join(folder, name), p.program(), program)
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		sums = append(sums, sum+"  "+name+"\n")
		info, err := os.Stat(program)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: program %.1f MB, archive %.1f MB\n", p, mega(info.Size()), mega(size))
	}
	slices.Sort(sums)
	return os.WriteFile(filepath.Join(folder, "checksums.txt"), []byte(strings.Join(sums, "")), 0o644)
}

func mega(n int64) float64 { return float64(n) / 1e6 }

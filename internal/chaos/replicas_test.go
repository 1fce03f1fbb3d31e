package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/store/postgrestest"
	"github.com/backout-dev/backout/internal/testgithub"
)

// TestPausedReplica stops one of two replicas in the middle of its work for
// longer than its leases, and lets it go on.
func TestPausedReplica(t *testing.T) {
	chaotic(t)
	t.Parallel()
	url := postgrestest.Start(t).Database(t)
	g := startGitHub(t)
	g.do("unkind", testgithub.Unkind{Stale: 0.1, StaleFor: 5000, Median: 400, P99: 800}, nil)
	paused, other := newServer(t, g, "--database-url", url), newServer(t, g, "--database-url", url)
	paused.start()
	pulls := sized(100, 30)
	send := newSender(g, paused)
	send.atRate(pulls, 100, func(i int) int { return g.open(described(i%kinds, fmt.Sprintf("@%07d", i))) }, nil)
	time.Sleep(500 * time.Millisecond) // it has read some, and is about to write
	paused.signal(syscall.SIGSTOP)
	other.start()
	send.servers = []*server{other}
	for n := range pulls {
		g.edit(n+1, described((n+2)%kinds, fmt.Sprintf("@%07d", 1_000_000+n)))
		send.later(g.delivery(n + 1))
	}
	send.wait.Wait()
	send.refused(t)
	g.shows(t, 90*time.Second) // its leases end after 30 s
	paused.signal(syscall.SIGCONT)
	time.Sleep(3 * time.Second) // it writes what it had read before
	g.shows(t, 20*time.Second)
	t.Logf("the paused one found %d leases in other hands", paused.said("somebody else has it by now"))
}

// TestDatabaseStopped stops PostgreSQL for ten seconds in the middle of events.
func TestDatabaseStopped(t *testing.T) {
	chaotic(t)
	t.Parallel()
	database := postgrestest.Start(t)
	g := startGitHub(t)
	s := newServer(t, g, "--database-url", database.Database(t))
	s.start()
	send := newSender(g, s).unkind()
	started := make(chan error, 1)
	stop := func(i int) {
		if i != 50 {
			return
		}
		if err := database.Stop(); err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(10 * time.Second)
			started <- database.Start()
		}()
	}
	send.atRate(sized(1000, 300), 20, edits(g, sized(200, 60)), stop)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Logf("answers by status: %v", send.statuses)
	if send.statuses[503] == 0 || len(send.statuses) != 2 {
		t.Errorf("answers by status: %v, want 202 and 503", send.statuses)
	}
	g.shows(t, 90*time.Second)
	g.onlyOnce(t)
	recovered(t, g, send)
}

// recovered sends again what was not taken, as somebody does from the App's
// page, and then all is right.
func recovered(t *testing.T, g *gitHub, send *sender) {
	t.Helper()
	for n, p := range g.pulls {
		if p.taken != p.seq {
			send.later(g.delivery(n))
		}
	}
	send.wait.Wait()
	g.shows(t, 90*time.Second)
	if last, all := g.taken(); last != all {
		t.Errorf("the last change of %d of %d pull requests is taken", last, all)
	}
}

// TestDiskFull fills the disk under SQLite in the middle of events, and makes
// room again.
func TestDiskFull(t *testing.T) {
	chaotic(t)
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		if os.Getenv("BACKOUT_REQUIRE_SERVICES") != "" {
			t.Fatalf("cannot make a small disk: %v", err)
		}
		t.Skipf("makes a small disk, which takes root: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	t.Parallel()
	g := startGitHub(t)
	s := newServer(t, g, "--data-dir", disk)
	s.start()
	send := newSender(g, s)
	filler := filepath.Join(disk, "filler")
	fill := func(i int) {
		switch i {
		case 50:
			_ = os.WriteFile(filler, make([]byte, 128<<20), 0o600) // as much as there is room for
		case 200:
			if err := os.Remove(filler); err != nil {
				t.Error(err)
			}
		}
	}
	send.atRate(300, 50, edits(g, 60), fill)
	t.Logf("answers by status: %v", send.statuses)
	if send.statuses[503] == 0 || len(send.statuses) != 2 {
		t.Errorf("answers by status: %v, want 202 and 503", send.statuses)
	}
	g.shows(t, 60*time.Second)
	g.onlyOnce(t)
	recovered(t, g, send)
}

// TestSecondProcess starts a second server on one SQLite file.
func TestSecondProcess(t *testing.T) {
	chaotic(t)
	t.Parallel()
	g := startGitHub(t)
	s := newServer(t, g)
	s.start()
	folder, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	second := exec.Command(filepath.Join(folder, "backout"), append(s.command(), "--listen", "127.0.0.1:0")...)
	second.Dir, second.Env = s.dir, append(os.Environ(), "BACKOUT_WEBHOOK_SECRET="+webhookSecret)
	out, _ := second.CombinedOutput()
	if code := second.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(out), "another process has the database open") {
		t.Errorf("exit status %d: %s", code, out)
	}
}

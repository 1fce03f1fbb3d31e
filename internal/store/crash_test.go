package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// putterVariable makes the test binary a process that stores deliveries in the
// database of that URL and prints the number of each pull request when it is
// stored.
const putterVariable = "BACKOUT_TEST_PUTTER"

func putter() int {
	s, err := store.Open(ctx, store.Options{URL: os.Getenv(putterVariable), Now: time.Now})
	if err != nil {
		fmt.Println(err)
		return 2
	}
	first := os.Getpid() * 1_000_000 // not those of the process before
	var out sync.Mutex
	for sender := range 20 {
		go func() {
			for n := first + sender; ; n += 20 {
				if err := s.Put(ctx, queue.Delivery{GUID: fmt.Sprint(n)}, []queue.Want{want(pull(int64(n%7)+1, 10, n))}); err != nil {
					panic(err)
				}
				out.Lock()
				fmt.Println(n)
				out.Unlock()
			}
		}()
	}
	select {} // until it is killed
}

func TestKilledWhileItStores(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { killed(t, filepath.Join(t.TempDir(), "backout.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { killed(t, postgres(t).Database(t)) })
}

// killed kills a process that stores deliveries, five times, and looks for what
// it said was stored.
func killed(t *testing.T, url string) {
	said := map[int]bool{}
	for range 5 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), putterVariable+"="+url)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n, before := 0, len(said); lines.Scan(); {
			if _, err := fmt.Sscan(lines.Text(), &n); err != nil {
				t.Fatalf("the process says %q", lines.Text())
			}
			said[n] = true
			if len(said) == before+500 {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.Wait()
	}
	if len(said) < 2500 {
		t.Fatalf("%d were stored, want 2500 and more", len(said))
	}

	s := openStore(t, store.Options{URL: url, Now: time.Now})
	found := map[int]bool{}
	for {
		leases := claim(t, s, 500)
		if len(leases) == 0 {
			break
		}
		for _, l := range leases {
			found[l.Number] = true
		}
	}
	var lost []string
	for n := range said {
		if !found[n] {
			lost = append(lost, fmt.Sprint(n))
		}
	}
	if len(lost) > 0 {
		t.Errorf("%d of %d that were said to be stored are lost: %s", len(lost), len(said), strings.Join(lost[:min(10, len(lost))], " "))
	}
}

// TestWhatACrashLeftInHand is handed out again at once: nobody else can have
// the file.
func TestWhatACrashLeftInHand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backout.db")
	before := openFile(t, file, time.Now)
	if err := before.Ask(ctx, []queue.Want{want(pull(1, 10, 1))}); err != nil {
		t.Fatal(err)
	}
	first, err := before.Claim(ctx, 1, time.Hour)
	if err != nil || len(first) != 1 {
		t.Fatalf("%v, %v", first, err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	after := openFile(t, file, time.Now)
	second, err := after.Claim(ctx, 1, time.Hour)
	if err != nil || len(second) != 1 || second[0].Token == first[0].Token || second[0].Attempts != 1 {
		t.Errorf("handed out after a restart: %+v, %v", second, err)
	}
	if held, err := after.Done(ctx, second[0]); err != nil || !held {
		t.Errorf("held %t, %v", held, err)
	}
}

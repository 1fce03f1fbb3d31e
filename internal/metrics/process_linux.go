package metrics

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// processValues are values by the names of their metrics.
func processValues() map[string]float64 {
	values := map[string]float64{}
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil {
		values["process_cpu_seconds_total"] = time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
	}
	for name, resource := range map[string]int{"process_max_fds": syscall.RLIMIT_NOFILE, "process_virtual_memory_max_bytes": syscall.RLIMIT_AS} {
		var limit syscall.Rlimit
		if syscall.Getrlimit(resource, &limit) == nil {
			values[name] = float64(limit.Cur)
		}
	}
	// https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html: pages of
	// address space, and of them those in memory
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		for i, name := range []string{"process_virtual_memory_bytes", "process_resident_memory_bytes"} {
			if fields := strings.Fields(string(text)); i < len(fields) {
				pages, _ := strconv.ParseFloat(fields[i], 64)
				values[name] = pages * float64(os.Getpagesize())
			}
		}
	}
	if folder, err := os.Open("/proc/self/fd"); err == nil {
		names, _ := folder.Readdirnames(-1)
		values["process_open_fds"] = float64(len(names) - 1) // without this folder
		_ = folder.Close()
	}
	return values
}

package metrics

import (
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"strconv"
	"time"
)

// measurement is a metric of the Go runtime by the name that Prometheus' own
// client gives it, so that what others drew for that fits here.
type measurement struct {
	about
	of []string // what runtime/metrics calls the parts of the sum
}

const (
	heapObjects  = "/memory/classes/heap/objects:bytes"
	heapUnused   = "/memory/classes/heap/unused:bytes"
	heapFree     = "/memory/classes/heap/free:bytes"
	heapReleased = "/memory/classes/heap/released:bytes"
	heapStacks   = "/memory/classes/heap/stacks:bytes"
	osStacks     = "/memory/classes/os-stacks:bytes"
	tinyAllocs   = "/gc/heap/tiny/allocs:objects"
	mspan        = "/memory/classes/metadata/mspan/"
	mcache       = "/memory/classes/metadata/mcache/"
)

var measurements = []measurement{
	gauge("go_goroutines", "Goroutines.", "/sched/goroutines:goroutines"),
	gauge("go_threads", "Threads of the operating system.", "/sched/threads/total:threads"),
	gauge("go_sched_gomaxprocs_threads", "GOMAXPROCS: threads that run Go code at once.", "/sched/gomaxprocs:threads"),
	gauge("go_gc_gogc_percent", "GOGC: by how much the heap may grow between collections.", "/gc/gogc:percent"),
	gauge("go_gc_gomemlimit_bytes", "GOMEMLIMIT: memory that the runtime tries to stay below.", "/gc/gomemlimit:bytes"),
	gauge("go_memstats_alloc_bytes", "Bytes of the heap in use.", heapObjects),
	sum("go_memstats_alloc_bytes_total", "Bytes allocated so far.", "/gc/heap/allocs:bytes"),
	sum("go_memstats_mallocs_total", "Objects allocated so far.", "/gc/heap/allocs:objects", tinyAllocs),
	sum("go_memstats_frees_total", "Objects freed so far.", "/gc/heap/frees:objects", tinyAllocs),
	gauge("go_memstats_heap_alloc_bytes", "Bytes of the heap in use.", heapObjects),
	gauge("go_memstats_heap_objects", "Objects on the heap.", "/gc/heap/objects:objects"),
	gauge("go_memstats_heap_inuse_bytes", "Bytes of heap spans in use.", heapObjects, heapUnused),
	gauge("go_memstats_heap_idle_bytes", "Bytes of heap spans not in use.", heapReleased, heapFree),
	gauge("go_memstats_heap_released_bytes", "Bytes of the heap given back to the system.", heapReleased),
	gauge("go_memstats_heap_sys_bytes", "Bytes of the heap had from the system.", heapObjects, heapUnused, heapReleased, heapFree),
	gauge("go_memstats_stack_inuse_bytes", "Bytes of stacks in use.", heapStacks),
	gauge("go_memstats_stack_sys_bytes", "Bytes of stacks had from the system.", heapStacks, osStacks),
	gauge("go_memstats_mspan_inuse_bytes", "Bytes of the heap's own tables in use.", mspan+"inuse:bytes"),
	gauge("go_memstats_mspan_sys_bytes", "Bytes of the heap's own tables had from the system.", mspan+"inuse:bytes", mspan+"free:bytes"),
	gauge("go_memstats_mcache_inuse_bytes", "Bytes of the allocator's caches in use.", mcache+"inuse:bytes"),
	gauge("go_memstats_mcache_sys_bytes", "Bytes of the allocator's caches had from the system.", mcache+"inuse:bytes", mcache+"free:bytes"),
	gauge("go_memstats_buck_hash_sys_bytes", "Bytes of the profiler's tables.", "/memory/classes/profiling/buckets:bytes"),
	gauge("go_memstats_gc_sys_bytes", "Bytes of the collector's own data.", "/memory/classes/metadata/other:bytes"),
	gauge("go_memstats_other_sys_bytes", "Bytes of what the runtime has besides.", "/memory/classes/other:bytes"),
	gauge("go_memstats_next_gc_bytes", "Bytes of the heap at which it is collected next.", "/gc/heap/goal:bytes"),
	gauge("go_memstats_sys_bytes", "Bytes had from the system.", "/memory/classes/total:bytes"),
}

func gauge(name, help string, of ...string) measurement {
	return measurement{about{name, gaugeType, help}, of}
}

func sum(name, help string, of ...string) measurement {
	return measurement{about{name, counterType, help}, of}
}

var aboutGo = about{"go_info", gaugeType, "Always 1; the version of Go is a label."}

func showRuntime(p *page) {
	p.begin(aboutGo)
	p.line(aboutGo.name, labels([]string{"version"}, runtime.Version()), 1)
	showPauses(p)
	samples := make([]runtimemetrics.Sample, 0, 2*len(measurements))
	for _, m := range measurements {
		for _, name := range m.of {
			samples = append(samples, runtimemetrics.Sample{Name: name})
		}
	}
	runtimemetrics.Read(samples)
	at := 0
	for _, m := range measurements {
		total := 0.0
		for range m.of {
			total += float64(samples[at].Value.Uint64())
			at++
		}
		p.one(m.about, total)
	}
}

var (
	aboutPauses         = about{"go_gc_duration_seconds", summaryType, "Pauses of the garbage collector."}
	aboutLastCollection = about{"go_memstats_last_gc_time_seconds", gaugeType, "When the heap was collected last, since 1970."}
)

func showPauses(p *page) {
	stats := debug.GCStats{PauseQuantiles: make([]time.Duration, 5)}
	debug.ReadGCStats(&stats)
	p.begin(aboutPauses)
	for i, pause := range stats.PauseQuantiles {
		share := strconv.FormatFloat(float64(i)/float64(len(stats.PauseQuantiles)-1), 'g', -1, 64)
		p.line(aboutPauses.name, `quantile="`+share+`"`, pause.Seconds())
	}
	p.line(aboutPauses.name+"_sum", "", stats.PauseTotal.Seconds())
	p.line(aboutPauses.name+"_count", "", float64(stats.NumGC))
	p.one(aboutLastCollection, float64(stats.LastGC.UnixMilli())/1000)
}

// showProcess shows what the system measures of the process, as far as it says.
func showProcess(p *page) {
	values := processValues()
	for _, a := range []about{
		{"process_cpu_seconds_total", counterType, "Time on processors, of the program and of the system for it."},
		{"process_resident_memory_bytes", gaugeType, "Bytes of memory in use."},
		{"process_virtual_memory_bytes", gaugeType, "Bytes of address space in use."},
		{"process_virtual_memory_max_bytes", gaugeType, "Bytes of address space that may be used."},
		{"process_open_fds", gaugeType, "Files and connections that are open."},
		{"process_max_fds", gaugeType, "Files and connections that may be open."},
	} {
		if v, known := values[a.name]; known {
			p.one(a, v)
		}
	}
}

package bench

import (
	"math"
	"testing"
	"time"

	"github.com/backout-dev/backout/bench/cmark"
	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/internal/plan/hostile"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// Word lists are read once in a process: BenchmarkFirst measures that, and
// everything else is measured after it.

// BenchmarkSections reads a typical description into sections, beside two
// parsers that only parse the same text and hand nothing on.
func BenchmarkSections(b *testing.B) {
	var kinds []plan.Kind
	for _, rule := range checks.DefaultPolicy().Sections {
		kinds = append(kinds, plan.Kind{ID: rule.ID, Title: rule.Title, Also: rule.Also})
	}
	b.Run("backout", func(b *testing.B) {
		plan.Find(Description, kinds)
		start(b, len(Description))
		fastest(b, func() { plan.Find(Description, kinds) })
	})
	b.Run("cmark-gfm", func(b *testing.B) {
		if !cmark.Available {
			b.Skip("built without cmark-gfm")
		}
		source := []byte(Description)
		start(b, len(source))
		if !cmark.Parse(source) {
			b.Fatal("cmark-gfm lacks an extension")
		}
		fastest(b, func() { cmark.Parse(source) })
	})
	b.Run("goldmark-gfm", func(b *testing.B) {
		source := []byte(Description)
		parser := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()
		start(b, len(source))
		fastest(b, func() { parser.Parse(text.NewReader(source)) })
	})
}

// BenchmarkJudge evaluates a change of every day, and the largest diff with a
// description of every day.
func BenchmarkJudge(b *testing.B) {
	for _, c := range []struct {
		name   string
		change checks.Change
	}{
		{"typical", Typical()},
		{"largest", Largest(Description)},
	} {
		b.Run(c.name, func(b *testing.B) {
			policy := Policy()
			checks.Evaluate(policy, c.change, at)
			start(b, len(c.change.Body))
			fastest(b, func() { checks.Evaluate(policy, c.change, at) })
		})
	}
}

// BenchmarkHostile evaluates the largest diff with the longest descriptions.
func BenchmarkHostile(b *testing.B) {
	policy := Policy()
	change := Typical()
	checks.Evaluate(policy, change, at)
	for _, c := range hostile.All() {
		b.Run(c.Name, func(b *testing.B) {
			change.Body = c.Make(checks.MaxDescription)
			start(b, len(change.Body))
			fastest(b, func() { checks.Evaluate(policy, change, at) })
		})
	}
}

// fastest runs a function and reports its fastest run: what the machine does
// beside it is no property of the function.
func fastest(b *testing.B, run func()) {
	b.Helper()
	best := time.Duration(math.MaxInt64)
	for b.Loop() {
		began := time.Now()
		run()
		best = min(best, time.Since(began))
	}
	b.ReportMetric(float64(best.Nanoseconds()), "ns/op")
}

func start(b *testing.B, size int) {
	b.Helper()
	b.ReportAllocs()
	b.SetBytes(int64(size))
}

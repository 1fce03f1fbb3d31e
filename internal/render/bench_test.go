package render

import "testing"

// What the App writes for every verdict, and for those that get a comment.

func BenchmarkCheckRun(b *testing.B) {
	for _, name := range []string{"blocked", "passes", "many"} {
		report := situations()[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				CheckRun(report)
			}
		})
	}
}

func BenchmarkComment(b *testing.B) {
	for _, name := range []string{"blocked", "passes", "many"} {
		report := situations()[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Comment(report)
			}
		})
	}
}

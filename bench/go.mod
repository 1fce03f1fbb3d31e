module github.com/backout-dev/backout/bench

go 1.26.0

require (
	github.com/backout-dev/backout v0.0.0
	github.com/yuin/goldmark v1.8.7
)

require (
	github.com/bmatcuk/doublestar/v4 v4.10.4 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/backout-dev/backout => ../

package checks

var diffSizeCheck = Check{
	ID: "diff-size",
	Run: func(p Policy, in Input) []Finding { return nil },
}

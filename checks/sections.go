package checks

var sectionsCheck = Check{
	ID: "sections",
	Run: func(p Policy, in Input) []Finding { return nil },
}

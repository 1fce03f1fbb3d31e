package checks

var hoursCheck = Check{
	ID: "hours",
	Run: func(p Policy, in Input) []Finding { return nil },
}

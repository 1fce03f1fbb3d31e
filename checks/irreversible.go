package checks

var irreversibleCheck = Check{
	ID: "irreversible",
	Run: func(p Policy, in Input) []Finding { return nil },
}

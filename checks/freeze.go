package checks

var freezeCheck = Check{
	ID: "freeze",
	Run: func(p Policy, in Input) []Finding { return nil },
}

package checks

var blastRadiusCheck = Check{
	ID: "blast-radius",
	Run: func(p Policy, in Input) []Finding { return nil },
}

package checks

// touchedSystems lists the systems whose paths the diff touches, in the
// policy's order, and whether the blast-radius text names them.
func touchedSystems(systems []System, files []File, blastRadius string) []TouchedSystem { return nil }

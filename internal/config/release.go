package config

import "fmt"

// Release is a version of this program.
type Release struct{ Major, Minor, Patch int }

// String writes it in full: "1.0.0".
func (r Release) String() string { return fmt.Sprintf("%d.%d.%d", r.Major, r.Minor, r.Patch) }

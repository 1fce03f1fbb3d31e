package config

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Release is a version of this program.
type Release struct{ Major, Minor, Patch int }

// String writes it in full: "1.0.0".
func (r Release) String() string { return fmt.Sprintf("%d.%d.%d", r.Major, r.Minor, r.Patch) }

func (r Release) compare(other Release) int {
	return cmp.Or(cmp.Compare(r.Major, other.Major), cmp.Compare(r.Minor, other.Minor), cmp.Compare(r.Patch, other.Patch))
}

// Newer reports whether a version of this program, "1.2.3", is a newer release
// than another. A build without a release is neither newer nor older.
func Newer(version, than string) bool {
	a, okA := readRelease(version)
	b, okB := readRelease(than)
	return okA && okB && a.compare(b) > 0
}

// readRelease reads "1", "1.2" or "v1.2.3-rc.1"; what follows the numbers does
// not count. It reports false for a build without a release, such as "devel".
func readRelease(s string) (Release, bool) {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "v"), "-")
	s, _, _ = strings.Cut(s, "+")
	var r Release
	for i, part := range strings.Split(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || i > 2 {
			return Release{}, false
		}
		*[]*int{&r.Major, &r.Minor, &r.Patch}[i] = n
	}
	return r, true
}

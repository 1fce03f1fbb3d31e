package templates

import "testing"

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestThingsAreCounted(t *testing.T) {
	for n, want := range map[int]string{0: "0 lines", 1: "1 line", 1240: "1,240 lines"} {
		if got := Count(n, "line"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]Markdown{1: "One thing", 2: "Two things", 10: "Ten things", 11: "11 things"} {
		if got := inWords(n, "thing"); got != want {
			t.Errorf("inWords(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestOfManyPullRequestsTheRestIsCounted(t *testing.T) {
	r := Record{Ref: "`acme/shop#1`", Title: "Passes", Others: []Other{{Ref: "`acme/shop#2`", Title: "Passes"}}, MoreOthers: 1200, Judged: "now"}
	const want = "### Pull requests counted\n\n- `acme/shop#1`: Passes\n- `acme/shop#2`: Passes\n- and 1,200 more\n\n" +
		"### Judged from\n\n- **Change:** `acme/shop#1`\n- **Policy:** the built-in defaults.\n\nJudged at now."
	if got := r.Text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

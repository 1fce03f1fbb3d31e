package plan

import "testing"

// TestHeadingLanguage holds which languages a heading tells: English tells none,
// as its words stand in every list.
func TestHeadingLanguage(t *testing.T) {
	m := newMarking([]Kind{{ID: Rollback, Title: "Rollback plan"}, {ID: WorstCase, Title: "Worst case"}, {ID: BlastRadius, Title: "Blast radius"}})
	for _, tc := range []struct {
		name, heading, langs string
	}{
		{"English", "Impact", ""},
		{"English in the plural", "Impacts", ""},
		{"a word of every language", "Rollback", ""},
		{"only begins like an English word", "Impacto", "es pt"},
		{"the longest name tells", "Raio de impacto", "pt"},
		{"begins like an English word, with accents", "Périmètre impacté", "fr"},
		{"no English word", "Auswirkungen", "de"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, ok := m.match(tc.heading)
			if got := namesOf(h.langs); !ok || got != tc.langs {
				t.Errorf("%q: marks a section: %v, languages %q, want %q", tc.heading, ok, got, tc.langs)
			}
		})
	}
}

func namesOf(langs uint32) string {
	names := ""
	for i, l := range languages {
		if langs&(1<<i) != 0 {
			if names != "" {
				names += " "
			}
			names += l.name
		}
	}
	return names
}

// TestOwnWordsCount holds that a word of the description's language is not read
// as another's.
func TestOwnWordsCount(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       State
	}{
		{"the Spanish word for all", "## Impacto\nTodo el checkout", Complete},
		{"the English mark", "## Impact\nTODO", Placeholder},
		{"the mark in Spanish", "## Impacto\nTODO", Placeholder},
		{"a reference in Spanish", "## Impacto\nVer ticket", Placeholder},
		{"a reference in Dutch under a heading of every language", "## Impact\nzie ticket", Placeholder},
		{"in the, in Portuguese", "## Impacto\nQuem está no plano antigo", Complete},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := Parse(tc.body, Options{Kinds: []Kind{{ID: BlastRadius, Title: "Blast radius"}}})
			if got := p.Sections[0].State; got != tc.want {
				t.Errorf("%q: %s, want %s", tc.body, got, tc.want)
			}
		})
	}
}

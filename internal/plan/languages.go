package plan

import _ "embed"

// The word files, as strings: phrases are parts of them, and take no memory of
// their own.
var (
	//go:embed words/en.txt
	enWords string
	//go:embed words/de.txt
	deWords string
	//go:embed words/es.txt
	esWords string
	//go:embed words/fr.txt
	frWords string
	//go:embed words/it.txt
	itWords string
	//go:embed words/nl.txt
	nlWords string
	//go:embed words/pt.txt
	ptWords string
	//go:embed words/ja.txt
	jaWords string
	//go:embed words/ko.txt
	koWords string
	//go:embed words/ru.txt
	ruWords string
	//go:embed words/zh.txt
	zhWords string
	//go:embed words/pl.txt
	plWords string
	//go:embed words/tr.txt
	trWords string
	//go:embed words/vi.txt
	viWords string
	//go:embed words/id.txt
	idWords string
	//go:embed words/uk.txt
	ukWords string
	//go:embed words/cs.txt
	csWords string
	//go:embed words/sv.txt
	svWords string
)

// languages lists the word files by family; a language's number is its place.
var languages = [...]struct {
	name   string
	family family
	text   string
}{
	{"en", english, enWords},
	{"de", latin, deWords},
	{"es", latin, esWords},
	{"fr", latin, frWords},
	{"it", latin, itWords},
	{"nl", latin, nlWords},
	{"pt", latin, ptWords},
	{"ja", scripts, jaWords},
	{"ko", scripts, koWords},
	{"ru", scripts, ruWords},
	{"zh", scripts, zhWords},
	{"pl", polish, plWords},
	{"tr", turkish, trWords},
	{"vi", vietnamese, viWords},
	{"id", indonesian, idWords},
	{"uk", ukrainian, ukWords},
	{"cs", czech, csWords},
	{"sv", swedish, svWords},
}

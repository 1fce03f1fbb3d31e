package checks

// touchedSystems lists the systems whose paths the diff touches, in the
// policy's order, and whether the blast-radius text names them. A renamed file
// touches the systems of both its names: it leaves one and enters the other.
//
// Where a policy lists a name twice, each entry stands for itself: what a
// repository adds to a system of its organisation must not answer for it.
func touchedSystems(systems []System, files []File, blastRadius string) []TouchedSystem {
	var touched []TouchedSystem
	var which []int
	for i, s := range systems {
		paths := compileGlobs(s.Paths)
		t := TouchedSystem{Name: s.Name}
		for _, f := range files {
			if !paths.matchEither(f) {
				continue
			}
			if t.Files++; t.Files > 1 {
				continue
			}
			if t.Path = f.Path; !paths.match(f.Path) {
				t.Path = f.Previous
			}
		}
		if t.Files > 0 {
			touched, which = append(touched, t), append(which, i)
		}
	}
	if len(touched) == 0 {
		return nil
	}
	named := namedSystems(systems, blastRadius)
	for i := range touched {
		touched[i].Named = named[which[i]]
	}
	return touched
}

// namedSystems reports for each system whether the text names it: by its name
// or another of its names as whole words, however these are joined
// (payment-service, PaymentService, payment service) and with or without a
// plural s. Where a longer name of another system stands, the shorter one
// inside it is not meant: "payment-gateway" does not name payment where
// payment-gateway is a system of its own.
//
// What is said of a system does not matter: "payments is not hit" names it, as
// it should, and so does a bound that takes in everything ("all services").
func namedSystems(systems []System, text string) []bool {
	named := make([]bool, len(systems))
	words := readWords(text)
	names, bounds := newNameTree(lettersOf(systems)), newNameTree(0)
	if !isASCII(text) {
		bounds = boundNames()
	}
	for i, s := range systems {
		for _, n := range append([]string{s.Name}, s.Also...) {
			names.add(n, i)
		}
	}
	type span struct{ system, end int }
	var spans []span
	var claimed span // a name that ends with it or before lies inside a longer one
	for start := range words {
		all := words.allAt(start)
		spans = spans[:0]
		longest := span{}
		bounds.find(words, start, func(id, end int) {
			alone := words[start].apart && (end == len(words) || words[end].apart)
			all = all || id == namesAll || alone
		})
		names.find(words, start, func(id, end int) {
			spans = append(spans, span{id, end})
			if end > longest.end {
				longest = span{id, end}
			}
		})
		if all {
			for i := range named {
				named[i] = true
			}
			return named
		}
		further := longest.end > claimed.end
		if further {
			claimed = longest
		}
		for _, s := range spans {
			if further && s.end == longest.end || systems[s.system].Name == systems[claimed.system].Name {
				named[s.system] = true
			}
		}
	}
	return named
}

// lettersOf counts the bytes of the names of systems, each with its plural.
func lettersOf(systems []System) int {
	n := 0
	for _, s := range systems {
		n += len(s.Name) + 1
		for _, also := range s.Also {
			n += len(also) + 1
		}
	}
	return n
}

package plan

import "strings"

// dropTail cuts off what a bot appended: everything after the last rule, when
// it speaks of a bot and marks no section.
func dropTail(bs []block, m marking) []block {
	for {
		last := -1
		for i := len(bs) - 1; i >= 0; i-- {
			if bs[i].kind == ruleBlock {
				last = i
				break
			}
		}
		if last < 0 || !botWrote(bs[last+1:], m) {
			return bs
		}
		bs = bs[:last]
	}
}

func botWrote(bs []block, m marking) bool {
	found := boxOnly(bs)
	for n, b := range bs {
		if b.kind == codeBlock {
			continue
		}
		if b.kind == headingBlock && n > 0 && len(b.lines) > 0 {
			if _, ok := m.match(visible(b.lines[0])); ok && !found {
				return false
			}
		}
		for _, l := range b.lines {
			if !found && namesBot(l) {
				found = true
			}
		}
	}
	return found
}

// boxOnly reports that a tail is one box or quote with a footnote in small
// type: the shape in which review bots append their summary.
func boxOnly(bs []block) bool {
	small := false
	for _, b := range bs {
		if b.kind == codeBlock || b.item > 0 && !b.boxed && !b.quoted {
			return false
		}
		for _, l := range b.lines {
			small = small || strings.Contains(l, "<sup>") || strings.Contains(l, "<sub>")
			if !b.boxed && !b.quoted && !strings.HasPrefix(l, "<sup>") && !strings.HasPrefix(l, "<sub>") {
				return false
			}
		}
	}
	return small
}

// namesBot reports a line that says a machine wrote this.
func namesBot(line string) bool {
	if len(line) > 600 {
		return false
	}
	for _, u := range units(visible(line), 0) {
		for _, t := range u.tokens {
			if t.kind == plainWord && len(t.text) > 4 && strings.HasSuffix(t.text, "bot") && t.text != "robot" {
				return true
			}
		}
		for _, x := range headingWords(line).find(u.tokens, u.run) {
			if x.topic == bot {
				return true
			}
		}
	}
	return false
}

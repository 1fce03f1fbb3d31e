package plan

import "strings"

// stuffed reports words that were only piled up: one stands twice in a row, or
// three times in a short sentence.
func (u *unit) stuffed() bool {
	if u.piled() {
		return true
	}
	short := len(u.tokens) < 16
	for i, t := range u.tokens {
		if t.kind != plainWord || len(t.text) < 4 {
			continue
		}
		if i > 0 && u.tokens[i-1] == t && (i > 1 && u.tokens[i-2] == t || !u.has(stop)) {
			return true
		}
		if short && u.before(i) > 1 && !u.has(stop) {
			return true
		}
	}
	return false
}

// before counts the places before token i at which the same word stands.
func (u *unit) before(i int) int {
	n := 0
	for _, t := range u.tokens[:i] {
		if t == u.tokens[i] {
			n++
		}
	}
	return n
}

// piled reports a row of keywords without a word between them that would make
// it a sentence.
func (u *unit) piled() bool {
	tokens := u.tokens
	for i, t := range tokens {
		if t.kind == breakMark {
			tokens = tokens[:i] // a remark may follow
			break
		}
	}
	if len(tokens) < 5 || u.run != "" || strings.Contains(u.text, "&&") || tool(u.tokens[0].text) {
		return false
	}
	keys, last := 0, -1
	for _, m := range u.matches {
		if m.from >= len(tokens) || m.from == last {
			continue
		}
		switch m.topic {
		case stop:
			return false
		case back, prior, claim, failing:
			keys, last = keys+1, m.from
		}
	}
	for _, t := range tokens {
		if t.kind != plainWord {
			return false
		}
	}
	return keys*2 > len(tokens)
}

// tool reports a program that people name first in a command.
func tool(w string) bool {
	switch w {
	case "git", "helm", "kubectl", "terraform", "npm", "make", "docker", "fly", "heroku", "cf", "aws", "gcloud", "az", "argocd", "cap", "systemctl", "ansible":
		return true
	}
	return false
}

// content counts the words of a sentence that say something.
func (d *document) content(u *unit) int {
	if u.closes() {
		return 0
	}
	n := 0
	for i, t := range u.tokens {
		switch t.kind {
		case plainWord:
			if len(t.text) > 1 && !d.meaningless(u, i) && !gibberish(t.text) {
				n++
			}
		case codeWord, identWord:
			if !d.emptyCode(t.text) {
				n++
			}
		}
	}
	if u.run != "" {
		c := newCover(u.run)
		for _, m := range u.matches {
			if m.inRun && (m.topic == filler || m.topic == stop || m.topic == none || m.topic == deferred || m.topic == claim || m.topic == assure) {
				c.mark(m.from, m.to)
			}
		}
		if left := c.left(); left > 1 {
			n += 1 + left/5
		}
	}
	return n
}

// closes reports "Closes #12", which GitHub reads and says nothing of the change.
func (u *unit) closes() bool {
	if len(u.tokens) < 2 || u.tokens[0].kind != plainWord {
		return false
	}
	switch u.tokens[0].text {
	case "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved", "refs", "ref", "relates", "part":
	default:
		return false
	}
	referred := false
	for _, t := range u.tokens[1:] {
		switch t.kind {
		case reference, linkWord:
			referred = true
		case breakMark:
		default:
			if t.text != "to" && t.text != "of" && t.text != "and" {
				return false
			}
		}
	}
	return referred
}

// emptyCode reports code that only dresses up a word without meaning, such as
// `n/a`, and commands to other bots.
func (d *document) emptyCode(code string) bool {
	if strings.HasPrefix(code, "/") {
		switch code {
		case "/lgtm", "/approve", "/merge", "/ok", "/skip", "/pass", "/retest", "/ok-to-test", "/hold":
			return true
		}
	}
	if code == "" || code[0] == '<' && code[len(code)-1] == '>' {
		return true
	}
	var u unit
	u.tokenise(strings.ReplaceAll(code, "`", " "))
	if len(u.tokens) > 3 {
		return false
	}
	u.matches = d.find(&u)
	for i, t := range u.tokens {
		if t.kind != breakMark && (t.kind != plainWord && t.kind != identWord || !d.meaningless(&u, i)) {
			return false
		}
	}
	return true
}

// gibberish reports a word that nobody means: one letter over and over, or
// keys that lie side by side.
func gibberish(w string) bool {
	if w[0] < 0x80 && strings.Trim(w, w[:1]) == "" {
		return true
	}
	if len(w) < 4 {
		return false
	}
	same := 1
	for i := 1; i < len(w); i++ {
		if w[i] == w[i-1] {
			if same++; same > 3 && w[i] < 0x80 {
				return true
			}
			continue
		}
		same = 1
	}
	for _, row := range []string{"qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz"} {
		if strings.Contains(row, w) {
			return true
		}
	}
	return false
}

// meaningless reports a word that says nothing by itself.
func (d *document) meaningless(u *unit, i int) bool {
	for _, m := range u.matches {
		if m.inRun || i < m.from || i >= m.to {
			continue
		}
		switch m.topic {
		case filler, stop:
			if m.to-m.from > 1 || d.langs&(1<<m.lang) != 0 {
				return true
			}
		case none, deferred, claim, instruct, assure:
			return true
		}
	}
	return false
}

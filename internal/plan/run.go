package plan

import "strings"

// settleRun looks at the phrases found in a sentence that has an unspaced
// script: what looks like Chinese beside kana is Japanese, and what is done by
// a phrase that denies it is not done.
func settleRun(ms []match, tokens []token, run string) []match {
	if strings.IndexFunc(run, kana) >= 0 {
		kept := ms[:0]
		for _, m := range ms {
			if !m.inRun || languages[m.lang].name != "zh" {
				kept = append(kept, m)
			}
		}
		ms = kept
	}
	return takenBack(ms, tokens, run)
}

func kana(r rune) bool { return r >= 0x3041 && r <= 0x30fa }

// takenBack drops what is said to be done from a phrase that says the contrary:
// "revert" in "无法revert", "回滚" in "无需回滚".
func takenBack(ms []match, tokens []token, run string) []match {
	denies := false
	for _, m := range ms {
		denies = denies || m.inRun && (m.topic == never || m.topic == none || m.topic == claim)
	}
	if !denies {
		return ms
	}
	at := placesInRun(tokens, run)
	kept := ms[:0]
	for _, m := range ms {
		if m.topic == back || m.topic == prior || m.topic == act {
			from, to := m.from, m.to
			if !m.inRun {
				from, to = at[m.from], at[m.to-1]+len(tokens[m.to-1].text)
			}
			if denied(ms, m, from, to) {
				continue
			}
		}
		kept = append(kept, m)
	}
	return kept
}

func denied(ms []match, m match, from, to int) bool {
	for _, o := range ms {
		if !o.inRun || o.from > from || o.to < to {
			continue
		}
		switch o.topic {
		case none:
			return true
		case never, claim:
			if !m.inRun {
				return true
			}
		}
	}
	return false
}

// placesInRun finds where in the run each token stands.
func placesInRun(tokens []token, run string) []int {
	at := make([]int, len(tokens))
	pos := 0
	for i, t := range tokens {
		text := t.text
		if t.kind == codeWord {
			text = "`"
		}
		if k := strings.Index(run[pos:], text); k >= 0 && text != "" {
			pos += k
		}
		at[i] = pos
	}
	return at
}

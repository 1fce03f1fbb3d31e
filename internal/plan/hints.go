package plan

import "strings"

// withoutHints takes bracketed hints off the front and the end of a line.
func (d *document) withoutHints(s string) string {
	s = d.afterHint(s)
	open := strings.LastIndexByte(s, '(')
	if open <= 0 || s[len(s)-1] != ')' || len(s)-open > 2*maxLabel {
		return s
	}
	if hint := s[open+1 : len(s)-1]; d.hints(hint) {
		return strings.TrimSpace(s[:open])
	}
	return s
}

// hints reports that what stands in brackets tells the author what to write.
func (d *document) hints(s string) bool {
	if d.example(s) {
		return true
	}
	for _, u := range d.read(s, 0) {
		if d.instructs(&u) || u.is(hint) {
			return true
		}
	}
	return false
}

// is reports that a sentence is a phrase of a topic, and nothing else.
func (u *unit) is(t topic) bool {
	for _, m := range u.matches {
		if m.topic == t && !m.inRun && m.from == 0 && m.to == len(u.tokens) {
			return true
		}
	}
	return false
}

// afterHint takes a bracketed hint off the front: "(e.g. revert, flag off) ->
// flag off".
func (d *document) afterHint(s string) string {
	if s == "" || s[0] != '(' && s[0] != '[' {
		return s
	}
	end := strings.IndexAny(s, ")]")
	if end < 0 || end == len(s)-1 || end > 2*maxLabel {
		return s
	}
	hint := s[1:end]
	rest := strings.TrimLeft(s[end+1:], " ->:→*_")
	if rest == "" || s[end] == ']' && strings.HasPrefix(s[end+1:], "(") {
		return s
	}
	if d.hints(hint) {
		return rest
	}
	return s
}

// afterInstruction returns what the author wrote behind an instruction and a
// colon on the same line.
func (d *document) afterInstruction(u unit) *unit {
	i := strings.IndexAny(u.text, ":：")
	if u.asks || i < 0 {
		return nil
	}
	rest := d.read(strings.TrimLeft(u.text[i:], ":： "), u.line)
	if len(rest) == 0 {
		return nil
	}
	r := rest[0]
	if d.instructs(&r) || d.example(r.text) {
		return nil
	}
	return &r
}

// bracketed reports a line that is one bracketed instruction or a choice.
func bracketed(s string) bool {
	s = strings.Trim(s, " .*_`")
	return len(s) > 2 && (s[0] == '[' && s[len(s)-1] == ']' || s[0] == '{' && s[len(s)-1] == '}' ||
		s[0] == '<' && s[len(s)-1] == '>' && !strings.Contains(s, linkMark) && !strings.Contains(s, imageMark))
}

// picked returns what was chosen of "( ) nobody (x) some ( ) everybody".
func picked(s string) string {
	if !strings.Contains(s, "( )") && !strings.Contains(s, "[ ]") {
		return s
	}
	var out []string
	for _, part := range strings.Split(boxes.Replace(s), "\x00") {
		if _, text, ok := strings.Cut(part, "(x)"); ok {
			out = append(out, strings.TrimSpace(text))
		}
	}
	return strings.Join(out, ", ")
}

var boxes = strings.NewReplacer("(x)", "(x)", "(X)", "(x)", "[x]", "(x)", "[X]", "(x)", "( )", "\x00( )", "[ ]", "\x00( )")

// choices reports "Low / Medium / High": options of which none was picked.
func choices(s string) bool {
	if len(s) > 80 {
		return false
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '|' || r == '／' })
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		switch compare(p) {
		case "low", "medium", "med", "high", "critical", "none", "yes", "no", "minor", "major", "n a", "small", "large",
			"低", "中", "高", "bajo", "medio", "alto", "baixo", "medio risco", "niedrig", "mittel", "hoch", "faible", "moyen", "eleve", "fort",
			"niskie", "niski", "srednie", "sredni", "wysokie", "wysoki", "dusuk", "orta", "yuksek", "thap", "trung binh", "cao", "rendah", "sedang", "tinggi",
			"низький", "середній", "високий", "nizke", "stredni", "vysoke", "lag", "medel", "hog", "낮음", "중간", "보통", "높음", "없음":
		default:
			return false
		}
	}
	return true
}

// example reports a line that opens with "e.g.".
func (d *document) example(s string) bool {
	const longest = 32
	if ascii(s) {
		s = strings.TrimLeft(s, " (*_-")
		s = s[:min(len(s), longest)]
	}
	s = strings.TrimLeft(fold(s), " (*_-")
	for _, p := range []string{"e.g", "eg.", "eg:", "for example:", "example:", "z. b.", "z.b.", "p. ej", "p.ej", "por ejemplo:", "ex.:", "ex :", "par exemple", "np.", "np:", "orn.", "orn:", "vd:", "vi du:", "contoh:", "напр.", "napr.", "t.ex.", "例：", "例如", "例:", "예:", "예시"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

package checks

import "bytes"

// routine follows a CREATE FUNCTION, PROCEDURE or TRIGGER in SQL, so that the
// statements of its body are not taken for statements that the script runs.
type routine struct {
	known bool   // whether the statement is one has been looked at
	is    bool   // it is
	tag   string // the $tag$ that quotes the body
	seen  int    // bytes of the statement that are counted
	open  int    // BEGIN and CASE without their END
}

// quote takes the $tag$ that rest may begin with and returns its length.
func (r *routine) quote(before, rest []byte) int {
	n := 1
	for n < len(rest) && (rest[n] == '_' || isLetter(rest[n]) || rest[n] >= '0' && rest[n] <= '9') {
		n++
	}
	if n == len(rest) || rest[n] != '$' || n > 1 && rest[1] >= '0' && rest[1] <= '9' {
		return 0
	}
	tag := string(rest[:n+1])
	switch {
	case r.tag == "" && r.begins(before):
		r.tag = tag
	case r.tag == tag:
		r.tag = ""
		r.open, r.seen = 0, len(before)+n+1
	}
	return n + 1
}

// done reports whether a semicolon behind the statement ends it.
func (r *routine) done(statement []byte) bool {
	if r.tag != "" {
		return false
	}
	if !r.begins(statement) {
		return true
	}
	if r.seen < len(statement) {
		r.count(statement[r.seen:])
		r.seen = len(statement)
	}
	return r.open <= 0
}

// begins reports whether the statement creates a routine.
func (r *routine) begins(statement []byte) bool {
	if r.known {
		return r.is
	}
	r.known = true
	words := bytes.Fields(bytes.ToLower(statement[:min(len(statement), 400)]))
	if len(words) == 0 || string(words[0]) != "create" && string(words[0]) != "alter" {
		return false
	}
	for _, w := range words[1:min(len(words), 8)] {
		switch string(w) {
		case "function", "procedure", "trigger", "event", "package":
			r.is = true
			return true
		case "table", "index", "view", "type":
			return false
		}
	}
	return false
}

// count follows BEGIN ... END and CASE ... END.
func (r *routine) count(text []byte) {
	words := bytes.FieldsFunc(bytes.ToLower(text), func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') })
	for i, w := range words {
		after := ""
		if i+1 < len(words) {
			after = string(words[i+1])
		}
		switch string(w) {
		case "begin":
			r.open++
		case "case":
			if i == 0 || string(words[i-1]) != "end" {
				r.open++
			}
		case "end":
			if after != "if" && after != "loop" && after != "while" && after != "repeat" {
				r.open--
			}
		}
	}
}

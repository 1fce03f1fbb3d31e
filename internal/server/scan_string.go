package server

import (
	"unicode/utf16"
	"unicode/utf8"
)

// string takes a string and appends what it says, at most a few bytes more than
// limit. What is cut off is not missed: it is longer than the limit.
func (s *scanner) string(to []byte, limit int) []byte {
	// Nearly every one is whole in the window and says what it means.
	rest := s.buf[s.pos+1 : s.end]
	for i, c := range rest {
		if c == '"' {
			s.pos += i + 2
			return append(to, rest[:min(i, limit+1)]...)
		}
		if c == '\\' || c < ' ' {
			break
		}
	}
	s.decode(func(part []byte) {
		if len(to) <= limit {
			to = append(to, part[:min(len(part), limit+1-len(to))]...)
		}
	})
	return to
}

// decode takes a string and hands out what it says, part by part. Half of a
// surrogate pair without the other is the replacement character, as encoding/json
// has it.
func (s *scanner) decode(part func([]byte)) {
	s.pos++ // the quote
	var utf [utf8.UTFMax]byte
	say := func(r rune) { part(utf[:utf8.EncodeRune(utf[:], r)]) }
	var high rune // the first half of a pair
	lone := func() {
		if high != 0 {
			say(utf8.RuneError)
			high = 0
		}
	}
	for s.peek(); s.err == nil; s.peek() {
		rest := s.buf[s.pos:s.end]
		i := 0
		for i < len(rest) && rest[i] != '"' && rest[i] != '\\' && rest[i] >= ' ' {
			i++
		}
		if i > 0 {
			lone()
			part(rest[:i])
			s.pos += i
			continue
		}
		s.pos++
		if rest[0] == '"' {
			lone()
			return
		}
		if rest[0] < ' ' {
			break
		}
		r, ok := s.escape()
		if !ok {
			break
		}
		if pair := utf16.DecodeRune(high, r); pair != utf8.RuneError {
			say(pair)
			high = 0
			continue
		}
		lone()
		switch {
		case 0xd800 <= r && r < 0xdc00:
			high = r
		default:
			say(r) // EncodeRune writes the replacement character for a second half
		}
	}
	s.fail()
}

// escape takes what follows a backslash.
func (s *scanner) escape() (rune, bool) {
	c := s.peek()
	s.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return s.hex4()
	}
	s.fail()
	return 0, false
}

// hex4 takes four hexadecimal digits.
func (s *scanner) hex4() (rune, bool) {
	var r rune
	for range 4 {
		c := s.peek()
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			s.fail()
			return 0, false
		}
		s.pos++
		r = r<<4 | rune(c)
	}
	return r, true
}

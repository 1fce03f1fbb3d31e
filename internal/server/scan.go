package server

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// errSyntax is text that is no JSON.
var errSyntax = errors.New("the body is not JSON")

// window is how much of a body is in memory at a time, in bytes.
const window = 16 << 10

// scanner picks values out of JSON while it streams by, so that a body is never
// in memory as a whole: before its signature is checked, which needs all of it,
// it may come from anybody. It is lenient about what it skips and strict about
// what it takes; a value of another type than expected is skipped.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	err      error  // the first error, for good
	word     []byte // the key or number read last
}

func newScanner(r io.Reader, buf []byte) *scanner { return &scanner{r: r, buf: buf} }

// peek returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < s.end {
		return s.buf[s.pos]
	}
	if s.err != nil || !s.fill() {
		return 0
	}
	return s.buf[s.pos]
}

// fill reads on. It is called with an empty window.
func (s *scanner) fill() bool {
	for range 100 {
		n, err := s.r.Read(s.buf)
		s.pos, s.end = 0, n
		if n > 0 {
			return true // an error comes again with the next read
		}
		if err != nil {
			s.err = err
			return false
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// fail ends the scan; what follows is not read.
func (s *scanner) fail() {
	if s.err == nil || errors.Is(s.err, io.EOF) {
		s.err = errSyntax
	}
	s.pos, s.end = 0, 0
}

// next returns the next byte that is not space, without taking it.
func (s *scanner) next() byte {
	for {
		switch c := s.peek(); c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
}

// take takes the next byte that is not space if it is the one that is expected.
func (s *scanner) take(want byte) bool {
	if s.next() != want || s.err != nil {
		return false
	}
	s.pos++
	return true
}

// finish takes what may follow the value: nothing but space.
func (s *scanner) finish() error {
	if s.next(); s.err == nil {
		s.fail()
	}
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}

// object calls field with each key of the next value, if that is an object.
// Field takes the value that follows by one of the methods of the scanner; the
// key is gone once it does. It reports whether there was an object.
func (s *scanner) object(field func(key []byte)) bool {
	if !s.take('{') {
		s.skip()
		return false
	}
	if s.take('}') {
		return true
	}
	for s.err == nil {
		if s.next() != '"' {
			break
		}
		s.word = s.string(s.word[:0], maxKey)
		if !s.take(':') {
			break
		}
		field(s.word)
		if s.take(',') {
			continue
		}
		if s.take('}') {
			return true
		}
		break
	}
	s.fail()
	return false
}

// array calls item before each value of the next value, if that is an array.
// It reports whether there was one.
func (s *scanner) array(item func()) bool {
	if !s.take('[') {
		s.skip()
		return false
	}
	if s.take(']') {
		return true
	}
	for s.err == nil {
		item()
		if s.take(',') {
			continue
		}
		if s.take(']') {
			return true
		}
		break
	}
	s.fail()
	return false
}

// maxKey bounds the keys that are known, in bytes.
const maxKey = 64

// maxText bounds the texts that are kept: ids, names, refs, paths, in bytes. Git
// hosts refuse longer paths.
const maxText = 4096

// text takes the next value into a string. One that is longer than maxText, or
// that holds what no name holds, counts as absent.
func (s *scanner) text(into *string) bool {
	*into = ""
	if s.next() != '"' {
		s.skip()
		return false
	}
	s.word = s.string(s.word[:0], maxText)
	if s.err != nil || len(s.word) > maxText || !isName(s.word) {
		return false
	}
	*into = string(s.word)
	return true
}

// isName reports text without control characters or broken UTF-8.
func isName(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	return bytes.IndexFunc(b, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) < 0
}

// integer takes the next value into a whole number of at least 0.
func (s *scanner) integer(into *int64) bool {
	*into = 0
	if c := s.next(); c < '0' || c > '9' {
		s.skip()
		return false
	}
	s.literal()
	n, err := strconv.ParseInt(string(s.word), 10, 64)
	if err != nil {
		return false
	}
	*into = n
	return true
}

// boolean takes the next value into a bool.
func (s *scanner) boolean(into *bool) bool {
	*into = false
	if c := s.next(); c != 't' && c != 'f' {
		s.skip()
		return false
	}
	s.literal()
	*into = string(s.word) == "true"
	return *into || string(s.word) == "false"
}

// isNull takes the next value if it is null.
func (s *scanner) isNull() bool {
	if s.next() != 'n' {
		return false
	}
	s.literal()
	return true
}

// literal reads a number, true, false or null into word.
func (s *scanner) literal() {
	s.word = s.word[:0]
	for s.err == nil {
		c := s.peek()
		letter := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
		if !letter {
			break
		}
		if len(s.word) <= maxKey {
			s.word = append(s.word, c)
		}
		s.pos++
	}
	if len(s.word) == 0 {
		s.fail()
	}
}

// skip takes the next value, whatever it is. It looks no further than for where
// the value ends.
func (s *scanner) skip() {
	depth := 0
	for s.err == nil {
		switch s.next() {
		case '{', '[':
			s.pos++
			depth++
		case '}', ']':
			if depth == 0 {
				s.fail()
				return
			}
			s.pos++
			depth--
		case '"':
			s.skipString()
		case ',', ':':
			if depth == 0 {
				s.fail()
				return
			}
			s.pos++
		default:
			if s.err == nil {
				s.literal()
			}
		}
		if depth == 0 {
			return
		}
	}
	s.fail()
}

const stride = 128

// skipString takes a string and keeps nothing of it.
func (s *scanner) skipString() {
	s.pos++
	for s.peek(); s.err == nil; s.peek() {
		// A little at a time, so that a text of nothing but escapes is not searched
		// for its end again and again.
		rest := s.buf[s.pos:min(s.pos+stride, s.end)]
		end := bytes.IndexByte(rest, '"')
		if end >= 0 {
			rest = rest[:end]
		}
		if escape := bytes.IndexByte(rest, '\\'); escape >= 0 {
			s.pos += escape + 1
			if s.peek(); s.err == nil {
				s.pos++ // whatever is escaped, it does not end the string
			}
			continue
		}
		s.pos += len(rest)
		if end >= 0 {
			s.pos++
			return
		}
	}
	s.fail()
}

package plan

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings text to the form in which it is compared, as a human reads it:
// lower case, full-width and styled letters plain, accents gone, and letters
// of other scripts that only look Latin replaced where they stand inside a
// Latin word.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	s = strings.ToLower(norm.NFKC.String(s))
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		if n < 0 {
			n = len(s)
		}
		foldWord(&b, s[:n])
		s = s[n:]
		if s == "" {
			break
		}
		n = strings.IndexFunc(s, unicode.IsLetter)
		if n < 0 {
			n = len(s)
		}
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String()
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// foldWord folds one run of letters. A word wholly in another script is left
// alone; one in which other letters pass for Latin ones is read as Latin.
func foldWord(b *strings.Builder, w string) {
	latin, alike, other := 0, 0, 0
	for _, r := range w {
		switch {
		case r < 0x250:
			latin++
		case lookAlike(r) != 0:
			alike++
		case !unicode.IsMark(r):
			other++
		}
	}
	mixed := alike > 0 && other == 0 && (latin > 0 || smallCaps(w))
	for _, r := range w {
		if mixed {
			if l := lookAlike(r); l != 0 {
				r = l
			}
		}
		switch {
		case r < 0x80:
			b.WriteByte(byte(r))
		case r == 'ß':
			b.WriteString("ss")
		case r < 0x250, r >= 0x1e00 && r < 0x1f00:
			b.WriteRune(unaccent(r))
		case r >= 0x300 && r < 0x370: // combining marks
		default:
			b.WriteRune(r)
		}
	}
}

func smallCaps(w string) bool {
	for _, r := range w {
		if !strings.ContainsRune("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", r) {
			return false
		}
	}
	return true
}

func unaccent(r rune) rune {
	d := norm.NFD.String(string(r))
	for _, first := range d {
		return first
	}
	return r
}

// lookAlike returns the Latin letter that r passes for, or 0. After Unicode's
// confusables list (UTS #39), the lower-case letters only.
func lookAlike(r rune) rune {
	const (
		from = "авсԁеһіјкӏмоԛрѕтцѵԝхуαβγικνορστυχᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
		to   = "abcdehijklmoqpstuvwxyabyikvopctuxabcdefghijklmnoprstuvwyz"
	)
	if r < 0x250 || r >= 0x2000 && r < 0xa700 || r > 0xa7ff {
		return 0
	}
	i := 0
	for _, f := range from {
		if f == r {
			return rune(to[i])
		}
		i++
	}
	return 0
}

package templates

import "strings"

// Markdown is Markdown in which nothing acts that somebody else wrote. A constant
// becomes it by itself. Any other string does not compile in its place: it has to
// go through the functions in internal/render/escape.go.
type Markdown string

// when is the words where they hold.
func when(holds bool, words ...Markdown) Markdown {
	if !holds {
		return ""
	}
	return joined(words, "")
}

// either is the first where it holds, and the second where it does not.
func either(holds bool, first, second Markdown) Markdown {
	if holds {
		return first
	}
	return second
}

// paragraphs puts an empty line between the blocks that say something.
func paragraphs(blocks ...Markdown) Markdown {
	said := blocks[:0:0]
	for _, b := range blocks {
		if b != "" {
			said = append(said, b)
		}
	}
	return joined(said, "\n\n")
}

// fold hides a text until somebody unfolds it. An empty one is left out.
func fold(summary, text Markdown) Markdown {
	return when(text != "", "\n<details>\n<summary>", summary, "</summary>\n\n", text, "\n\n</details>\n")
}

func joined(parts []Markdown, by Markdown) Markdown {
	if len(parts) == 1 {
		return parts[0]
	}
	size := len(by) * len(parts)
	for _, p := range parts {
		size += len(p)
	}
	var b strings.Builder
	b.Grow(size)
	for i, p := range parts {
		if i > 0 {
			b.WriteString(string(by))
		}
		b.WriteString(string(p))
	}
	return Markdown(b.String())
}

// lines is a text under way.
type lines[T ~string] struct{ text strings.Builder }

// add adds one line.
func (l *lines[T]) add(words ...T) {
	for _, w := range words {
		l.text.WriteString(string(w))
	}
	l.text.WriteByte('\n')
}

// all returns the lines, without the end of the last one.
func (l *lines[T]) all() T { return T(strings.TrimSuffix(l.text.String(), "\n")) }

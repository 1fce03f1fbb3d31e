package config

import "bytes"

// indentJSON writes compact JSON with one member a line, and on one line what
// fits on it: the schema is read and reviewed by people too.
func indentJSON(b *bytes.Buffer, data []byte, indent string) {
	const wide = 110
	if data[0] != '{' && data[0] != '[' || len(indent)+len(data) <= wide && bytes.Count(data, []byte("{")) < 2 {
		inlineJSON(b, data)
		return
	}
	b.WriteByte(data[0])
	for i, member := range members(data) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + indent + "  ")
		if data[0] == '{' {
			name := stringEnd(member, 0)
			b.Write(member[:name])
			b.WriteString(": ")
			member = member[name+1:]
		}
		indentJSON(b, member, indent+"  ")
	}
	b.WriteString("\n" + indent)
	b.WriteByte(data[len(data)-1])
}

// inlineJSON writes compact JSON on one line as people write it.
func inlineJSON(b *bytes.Buffer, data []byte) {
	if data[0] != '{' && data[0] != '[' {
		b.Write(data)
		return
	}
	b.WriteByte(data[0])
	for i, member := range members(data) {
		if i > 0 {
			b.WriteString(", ")
		}
		if data[0] == '{' {
			name := stringEnd(member, 0)
			b.Write(member[:name])
			b.WriteString(": ")
			member = member[name+1:]
		}
		inlineJSON(b, member)
	}
	b.WriteByte(data[len(data)-1])
}

// members returns the members of a compact JSON object or list.
func members(data []byte) [][]byte {
	var all [][]byte
	depth, start := 0, 1
	for i := 1; i < len(data)-1; i++ {
		switch data[i] {
		case '"':
			i = stringEnd(data, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				all, start = append(all, data[start:i]), i+1
			}
		}
	}
	if start < len(data)-1 {
		all = append(all, data[start:len(data)-1])
	}
	return all
}

// stringEnd returns where the JSON string that begins at i has ended.
func stringEnd(data []byte, i int) int {
	for i++; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i + 1
}

package diff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// ParseFiles reads a JSON array in the shape of GitHub's answer to "list the
// files of a pull request". Keys that it does not know are passed over. GitHub
// lists no more than checks.MaxListedFiles files, so a list of that length is
// reported as truncated. Errors are of type *Error.
func ParseFiles(data []byte) (files []checks.File, truncated bool, err error) {
	text, err := plainText(data)
	if err != nil {
		return nil, false, err
	}
	l := list{data: []byte(text)}
	if err := l.valid(); err != nil {
		return nil, false, err
	}
	l.dec = json.NewDecoder(bytes.NewReader(l.data))
	if t, _ := l.dec.Token(); t != json.Delim('[') {
		return nil, false, l.notAList()
	}
	for l.dec.More() {
		l.entry++
		f, err := l.file()
		if err != nil {
			return nil, false, err
		}
		files = append(files, f)
	}
	return files, len(files) >= checks.MaxListedFiles, nil
}

// list is a list of files that is being read. Its text is known to be one JSON
// value, so that reading tokens from it cannot fail.
type list struct {
	data  []byte
	dec   *json.Decoder
	entry int    // 1-based
	name  string // of the entry, as far as known
}

// valid reports text that is not exactly one JSON value.
func (l *list) valid() error {
	var value json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(l.data))
	err := dec.Decode(&value)
	if errors.Is(err, io.EOF) {
		return &Error{Message: "the list of files is empty text", Fix: "a change without files is []"}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return l.at(len(l.data), "the list of files ends early", "")
	}
	if err != nil {
		offset := dec.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = syntax.Offset - 1
		}
		return l.at(int(offset), "not JSON: "+err.Error(), "")
	}
	end := int(dec.InputOffset())
	rest := bytes.TrimLeft(l.data[end:], " \t\r\n")
	switch {
	case len(rest) == 0:
		return nil
	case rest[0] == '[':
		return l.at(len(l.data)-len(rest), "a second list of files after the first", "join the pages with: jq -s add")
	default:
		return l.at(len(l.data)-len(rest), "text after the list of files", "")
	}
}

// notAList says what the value is instead: GitHub answers an error with an
// object that has a message.
func (l *list) notAList() error {
	var answer struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(l.data, &answer); err == nil && answer.Message != "" {
		return &Error{Message: "GitHub answered " + quoted(answer.Message) + " where a list of files should be"}
	}
	return &Error{
		Message: "the list of files is not a JSON array",
		Fix:     "make one with: gh api --paginate repos/OWNER/REPO/pulls/N/files",
	}
}

// file reads one entry.
func (l *list) file() (checks.File, error) {
	start := l.offset()
	if t, _ := l.dec.Token(); t != json.Delim('{') {
		return checks.File{}, l.at(start, fmt.Sprintf("entry %d is not an object", l.entry), "")
	}
	l.name = ""
	fields := map[string]value{}
	for l.dec.More() {
		key, _ := l.dec.Token()
		v := value{at: l.offset()}
		if err := l.dec.Decode(&v.raw); err != nil {
			return checks.File{}, l.at(v.at, "not JSON: "+err.Error(), "")
		}
		name, _ := key.(string)
		if _, twice := fields[name]; twice {
			return checks.File{}, l.field(name, v, "given twice")
		}
		fields[name] = v
		if name == "filename" {
			// Only for the messages; it is read again with the other fields.
			_ = json.Unmarshal(v.raw, &l.name)
		}
	}
	_, _ = l.dec.Token()
	return l.read(start, fields)
}

// value is one field of an entry and where it stands.
type value struct {
	raw json.RawMessage
	at  int
}

func (v value) given() bool { return v.raw != nil && string(v.raw) != "null" }

// read turns the fields of an entry into a file.
func (l *list) read(start int, fields map[string]value) (checks.File, error) {
	var f checks.File
	var status string
	for _, want := range []struct {
		name string
		into *string
	}{{"filename", &f.Path}, {"previous_filename", &f.Previous}, {"status", &status}, {"patch", &f.Patch}} {
		v := fields[want.name]
		if !v.given() {
			continue
		}
		if json.Unmarshal(v.raw, want.into) != nil {
			return f, l.field(want.name, v, "not text")
		}
	}
	if f.Path == "" {
		return f, l.field("filename", value{at: start}, "missing")
	}
	f.Status = checks.Status(status)
	switch f.Status {
	case checks.Added, checks.Removed, checks.Modified, checks.Changed, checks.Unchanged:
	case checks.Renamed, checks.Copied:
		if f.Previous == "" {
			return f, l.field("previous_filename", value{at: start}, "missing, and the file is "+status)
		}
	case "":
		// Not known: judged as the status that nothing is let off for.
		f.Status = checks.Modified
		if f.Previous != "" {
			f.Status = checks.Renamed
		}
	default:
		return f, l.field("status", fields["status"], quoted(status)+" is none of added, removed, modified, renamed, copied, changed, unchanged")
	}
	f.Patch = strings.TrimSuffix(f.Patch, "\n")
	f.Empty = f.Patch == "" && (f.Status == checks.Added || f.Status == checks.Removed) && isEmptySHA(fields["sha"].raw)
	additions, deletions := count(f.Patch)
	var changes int
	for _, want := range []struct {
		name string
		into *int
		seen int
	}{{"additions", &f.Additions, additions}, {"deletions", &f.Deletions, deletions}, {"changes", &changes, 0}} {
		*want.into = want.seen
		v := fields[want.name]
		if !v.given() {
			continue
		}
		if json.Unmarshal(v.raw, want.into) != nil || *want.into > maxLines {
			return f, l.field(want.name, v, "not a number of lines")
		}
		if *want.into < 0 {
			return f, l.field(want.name, v, fmt.Sprintf("%d is negative", *want.into))
		}
	}
	return f, nil
}

// isEmptySHA reports whether a blob's id is that of a file without content.
func isEmptySHA(raw json.RawMessage) bool {
	id := strings.Trim(string(raw), `"`)
	return id == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" ||
		id == "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
}

// maxLines keeps sums of lines far from overflowing.
const maxLines = 1 << 40

// count counts the lines of a patch, for a list that leaves the numbers out.
func count(patch string) (additions, deletions int) {
	for line := range strings.SplitSeq(patch, "\n") {
		switch {
		case strings.HasPrefix(line, "+"):
			additions++
		case strings.HasPrefix(line, "-"):
			deletions++
		}
	}
	return additions, deletions
}

// offset is where the next value begins.
func (l *list) offset() int {
	at := int(l.dec.InputOffset())
	return at + len(l.data[at:]) - len(bytes.TrimLeft(l.data[at:], " \t\r\n:,"))
}

func (l *list) field(name string, v value, message string) error {
	entry := fmt.Sprintf("entry %d", l.entry)
	if l.name != "" {
		entry += " (" + quoted(l.name) + ")"
	}
	return l.at(v.at, fmt.Sprintf("%s: %s: %s", entry, name, message), "")
}

func (l *list) at(offset int, message, fix string) error {
	before := l.data[:offset]
	return &Error{
		Line:    1 + bytes.Count(before, []byte("\n")),
		Column:  offset - bytes.LastIndexByte(before, '\n'),
		Message: message,
		Fix:     fix,
	}
}

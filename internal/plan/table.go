package plan

import "strings"

// table reads the rows collected so far: sections down the first column, or
// across the header.
func (r *reader) table() {
	rows := r.rows
	r.rows = nil
	if len(rows) == 0 || r.inside > 0 || r.quoted > 0 {
		return
	}
	if rows[0].quoted {
		r.plainRows(rows)
		return
	}
	first := make([]heading, len(rows))
	down := 0
	for i, row := range rows {
		if len(row.lines) < 2 {
			continue
		}
		if h, ok := r.mark.match(cellLabel(row.lines[0])); ok {
			first[i] = h
			if !row.header {
				down++
			}
		}
	}
	if rows[0].header && (down == 0 || r.marked(rows[0]) > 1) && r.across(rows) {
		return
	}
	if down == 0 && (first[0].kinds == 0 || len(rows) > 1) {
		r.plainRows(rows)
		return
	}
	for i, row := range rows {
		if first[i].kinds == 0 {
			if !row.header {
				r.putRow(row)
			}
			continue
		}
		if row.header && r.headerOnly(row) {
			continue
		}
		e := r.begin(first[i], cellLabel(row.lines[0]), row.line)
		for _, c := range row.lines[1:] {
			if c != "" {
				e.lines = append(e.lines, cellLine(c, row.line))
			}
		}
	}
}

// cellLine reads a cell's text and check box.
func cellLine(c string, line int) answerLine {
	task, text := checkBox(c)
	return answerLine{text: text, line: line, task: task}
}

func cellLabel(c string) string {
	_, c = checkBox(c)
	return visible(c)
}

// headerOnly reports a header such as "Risk | Likelihood | Mitigation".
func (r *reader) headerOnly(row block) bool {
	for _, c := range row.lines[1:] {
		if _, ok := r.mark.match(cellLabel(c)); ok {
			return true
		}
	}
	return len(row.lines) > 2
}

func (r *reader) plainRows(rows []block) {
	for _, row := range rows {
		if !row.header {
			r.putRow(row)
		}
	}
}

func (r *reader) putRow(row block) {
	r.put(answerLine{text: strings.Join(row.lines, " : "), line: row.line})
}

// marked counts the cells of a row that name sections.
func (r *reader) marked(row block) int {
	n := 0
	for _, c := range row.lines {
		if _, ok := r.mark.match(cellLabel(c)); ok {
			n++
		}
	}
	return n
}

// across reads a table whose header names sections.
func (r *reader) across(rows []block) bool {
	found := false
	for col, c := range rows[0].lines {
		h, ok := r.mark.match(cellLabel(c))
		if !ok {
			continue
		}
		found = true
		e := r.begin(h, cellLabel(c), rows[0].line)
		for _, row := range rows[1:] {
			if col < len(row.lines) && row.lines[col] != "" {
				e.lines = append(e.lines, cellLine(row.lines[col], row.line))
			}
		}
	}
	return found
}

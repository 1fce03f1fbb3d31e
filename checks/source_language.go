package checks

import (
	"path"
	"strings"
	"sync"
)

// A language is what has to be known of a language to leave its comments out and
// to find where its statements end. It is no parser: a hunk is a fragment, and
// whatever is unclear is read as code.
type language struct {
	line        []string // what begins a comment that ends with the line
	open, close string   // of a block comment
	quotes      string   // what delimits strings on one line
	multi       string   // what delimits strings that may go on over lines
	triple      bool     // """ and ''' delimit strings; as a statement, a comment
	heredoc     bool     // <<NAME begins a string that ends with a line NAME
	sql         bool     // strings are data; $tag$ quotes code
	ends        ends
	commas      bool // a line that ends with a comma goes on
	sections    bool // "[name]" lines stand above what follows
	special     [256]bool
}

// ends says what ends a statement.
type ends int

const (
	endsLine      ends = iota // every line is one
	endsLogical               // a line, unless brackets are open or an operator is left over
	endsSemicolon             // ";"
	endsBraces                // ";", "{" and "}"
)

// languageOf guesses the language of a file by its ending.
func languageOf(name string) *language {
	id, ok := languageEndings()[strings.ToLower(path.Ext(name))]
	if !ok {
		id = "shell"
	}
	return languages()[id]
}

var languageEndings = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for id, list := range map[string]string{
		"sql":    ".sql .cql .ddl .psql",
		"ruby":   ".rb .rake .gemspec .erb .haml .slim",
		"elixir": ".ex .exs .heex",
		"python": ".py .pyi",
		"yaml":   ".yml .yaml",
		"json":   ".json .jsonc",
		"toml":   ".toml",
		"ini":    ".ini .cfg .properties .conf",
		"hcl":    ".tf .tofu .hcl .tfvars",
		"xml":    ".xml .plist .html .csproj .props",
		"php":    ".php",
		"java":   ".java .kt .kts .scala .groovy .gradle .swift .dart",
		"c":      ".go .js .jsx .ts .tsx .mjs .cjs .mts .vue .svelte .cs .cshtml .rs .c .h .cc .cpp .hpp .m",
	} {
		for _, ext := range strings.Fields(list) {
			all[ext] = id
		}
	}
	return all
})

// languages lists the languages by the name that the class files use.
var languages = sync.OnceValue(func() map[string]*language {
	cLike := language{line: []string{"//"}, open: "/*", close: "*/", quotes: `"'`, multi: "`", ends: endsLogical}
	all := map[string]*language{
		"text":    {ends: endsLine},
		"sql":     {line: []string{"--"}, open: "/*", close: "*/", quotes: "\"`", multi: "'", sql: true, ends: endsSemicolon},
		"ruby":    {line: []string{"#"}, open: "=begin", close: "=end", quotes: `"'`, multi: "`", heredoc: true, ends: endsLogical, commas: true},
		"elixir":  {line: []string{"#"}, quotes: `"'`, triple: true, ends: endsLogical, commas: true},
		"python":  {line: []string{"#"}, quotes: `"'`, triple: true, ends: endsLogical},
		"shell":   {line: []string{"#"}, ends: endsLogical},
		"yaml":    {line: []string{"#"}, quotes: `"`, ends: endsLine},
		"toml":    {line: []string{"#"}, quotes: `"'`, ends: endsLine, sections: true},
		"ini":     {line: []string{"#", ";"}, ends: endsLine, sections: true},
		"hcl":     {line: []string{"#", "//"}, open: "/*", close: "*/", quotes: `"`, ends: endsLine},
		"json":    {quotes: `"`, ends: endsLine},
		"xml":     {open: "<!--", close: "-->", ends: endsLine},
		"proto":   {line: []string{"//"}, open: "/*", close: "*/", quotes: `"'`, ends: endsBraces},
		"thrift":  {line: []string{"//", "#"}, open: "/*", close: "*/", quotes: `"'`, ends: endsLine},
		"graphql": {line: []string{"#"}, quotes: `"`, triple: true, ends: endsLine},
		"zone":    {line: []string{";"}, ends: endsLine},
		"c":       &cLike,
		"php":     {line: []string{"//", "#"}, open: "/*", close: "*/", quotes: `"'`, heredoc: true, ends: endsLogical},
		"java":    {line: []string{"//"}, open: "/*", close: "*/", quotes: `"'`, triple: true, ends: endsLogical},
	}
	for _, s := range all {
		s.prepare()
	}
	return all
})

// prepare marks the bytes at which the reader has to look closer.
func (s *language) prepare() {
	mark := func(t string) {
		if t != "" {
			s.special[t[0]] = true
		}
	}
	for _, l := range s.line {
		mark(l)
	}
	mark(s.open)
	for _, set := range []string{s.quotes, s.multi} {
		for i := range len(set) {
			s.special[set[i]] = true
		}
	}
	if s.triple {
		s.special['"'], s.special['\''] = true, true
	}
	if s.heredoc {
		s.special['<'] = true
	}
	if s.sql {
		s.special['$'] = true
	}
	switch s.ends {
	case endsLogical:
		for _, c := range "()[]" {
			s.special[c] = true
		}
	case endsSemicolon:
		s.special[';'] = true
	case endsBraces:
		s.special[';'], s.special['{'], s.special['}'] = true, true, true
	}
}

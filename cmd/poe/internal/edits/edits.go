// Package edits keeps what people have changed in generated Go files when these
// are generated again.
//
// Each generated declaration has a marker, a comment with the hash of its text:
//
//	//poe:port 1f0a62c3
//
// A declaration whose text no longer has that hash, or which has no marker, is
// somebody's own and stays as it is.
package edits

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"regexp"
	"sort"
	"strings"
)

// Prefix begins a marker.
const Prefix = "//poe:port "

// Header begins every file that poe port writes.
const Header = "// Ported from "

// ErrForeign is returned for a file that was not generated.
var ErrForeign = errors.New("the file was not written by poe port")

// Kept is a declaration that was not replaced.
type Kept struct {
	Name    string `json:"name"`
	Changed bool   `json:"changed,omitempty"` // its translation is another one than when it was edited
	Gone    bool   `json:"gone,omitempty"`    // the Perl program no longer has it
	Fresh   string `json:"fresh,omitempty"`   // the translation as it would be now, if Changed
}

// Mark gives each declaration of a generated file its marker.
func Mark(source string) (string, error) {
	f, err := parse("generated", source)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(f.head)
	b.WriteString(f.importText())
	for _, u := range f.units {
		b.WriteString("\n" + u.marked(u.hash()) + "\n")
	}
	text, err := format.Source([]byte(b.String()))
	return string(text), err
}

// Names returns the names of the declarations of a file, as Kept has them.
func Names(source string) ([]string, error) {
	f, err := parse("", source)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, u := range f.units {
		names = append(names, u.names...)
	}
	return names, nil
}

// Merge returns the generated file with markers, and with what was changed by
// hand in the old one, which may be empty. Declarations whose names are elsewhere,
// in other files of the package, are left out of it.
func Merge(old, generated string, elsewhere map[string]bool) (merged string, kept []Kept, err error) {
	if strings.TrimSpace(old) == "" {
		old = ""
	} else if !strings.Contains(old, Header) && !strings.Contains(old, Prefix) {
		return "", nil, ErrForeign
	}
	fresh, err := parse("generated", generated)
	if err != nil {
		return "", nil, err
	}
	m := &merger{fresh: fresh, elsewhere: elsewhere, renamed: map[string]string{}}
	if old != "" {
		if m.old, err = parse("old", old); err != nil {
			return "", nil, fmt.Errorf("what is there is not Go, and is left alone: %w", err)
		}
	}
	text, err := m.merge()
	return text, m.kept, err
}

// file is a parsed Go file, in pieces.
type file struct {
	head    string // up to the imports
	imports []string
	units   []*unit
	tail    string
}

// unit is a top-level declaration, with the comments in front of it.
type unit struct {
	names  []string // "input", "(conn).input" for a method
	fn     bool
	text   string // without marker
	marker string // "" if it has none
}

func (u *unit) key() string { return u.names[0] }

// edited reports whether somebody has changed the unit, or written it.
func (u *unit) edited() bool { return u.marker != u.hash() }

// hash is the same for texts that differ in indentation and blank lines only.
func (u *unit) hash() string {
	var lines []string
	for line := range strings.Lines(u.text) {
		if line = strings.TrimSpace(line); line != "" && line != "//" {
			lines = append(lines, line)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:4])
}

// marked returns the unit's text with a marker in its doc comment.
func (u *unit) marked(hash string) string {
	lines := strings.Split(strings.Trim(u.text, "\n"), "\n")
	at := u.docEnd(lines)
	out := append([]string(nil), lines[:at]...)
	if at > 0 && strings.HasPrefix(lines[at-1], "//") {
		out = append(out, "//")
	}
	out = append(out, Prefix+hash)
	return strings.Join(append(out, lines[at:]...), "\n")
}

// docEnd returns the number of the first line of the declaration itself.
func (u *unit) docEnd(lines []string) int {
	inside := false
	for i, line := range lines {
		switch line = strings.TrimSpace(line); {
		case inside:
			inside = !strings.Contains(line, "*/")
		case strings.HasPrefix(line, "/*"):
			inside = !strings.Contains(line, "*/")
		case line != "" && !strings.HasPrefix(line, "//"):
			return i
		}
	}
	return len(lines)
}

var markerLine = regexp.MustCompile(`(?m)^(?://\n)?` + Prefix + `([0-9a-f]*)\n`)

func parse(name, source string) (*file, error) {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	offset := func(p token.Pos) int { return set.Position(p).Offset }
	f := &file{}
	end := offset(tree.Name.End())
	f.head = source[:end] + "\n\n"
	for _, d := range tree.Decls {
		from := end
		end = offset(d.End())
		if nl := strings.IndexByte(source[end:], '\n'); nl >= 0 {
			end += nl + 1 // with a comment behind it
		} else {
			end = len(source)
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				f.imports = append(f.imports, source[offset(s.Pos()):offset(s.End())])
			}
			continue
		}
		u := &unit{text: strings.Trim(source[from:end], "\n") + "\n", names: namesOf(d)}
		_, u.fn = d.(*ast.FuncDecl)
		if m := markerLine.FindStringSubmatch(u.text); m != nil {
			u.marker = m[1]
			u.text = markerLine.ReplaceAllString(u.text, "")
		}
		f.units = append(f.units, u)
	}
	f.tail = strings.Trim(source[end:], "\n")
	return f, nil
}

// namesOf returns the names that a declaration declares, at least one.
func namesOf(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil && len(d.Recv.List) > 0 {
			return []string{"(" + receiver(d.Recv.List[0].Type) + ")." + d.Name.Name}
		}
		return []string{d.Name.Name}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			}
		}
		if len(names) > 0 {
			return names
		}
	}
	return []string{"_"}
}

func receiver(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func (f *file) importText() string {
	if len(f.imports) == 0 {
		return ""
	}
	var std, others []string
	for _, i := range f.imports {
		if strings.Contains(i, ".") {
			others = append(others, i)
		} else {
			std = append(std, i)
		}
	}
	sort.Strings(std)
	sort.Strings(others)
	var b bytes.Buffer
	b.WriteString("import (\n")
	for _, i := range std {
		b.WriteString(i + "\n")
	}
	b.WriteString("\n")
	for _, i := range others {
		b.WriteString(i + "\n")
	}
	b.WriteString(")\n")
	return b.String()
}

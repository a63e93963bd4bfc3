package port

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A program of several files: modules that it uses and finds in its own directories,
// and files that it requires, become parts of it. A file is an sBlock whose op is
// "file" and whose text is the path that messages show.

// loader reads the files of a program.
type loader struct {
	prog   *program
	parser *parser  // of the main file: its tables of names serve all
	dirs   []string // where modules are looked for
	seen   map[string]bool
	loaded []*node // in the order in which Perl runs them
	depth  int
}

const maxFiles = 500

func newLoader(prog *program, p *parser, file, source string) *loader {
	l := &loader{prog: prog, parser: p, seen: map[string]bool{}}
	here := filepath.Dir(file)
	for _, m := range useLib.FindAllStringSubmatch(source, -1) {
		for _, dir := range libWord.FindAllString(m[1], -1) {
			dir = strings.Trim(dir, `'"`)
			for _, name := range []string{"$FindBin::Bin", "${FindBin::Bin}", "$FindBin::RealBin", "$Bin", "$RealBin"} {
				dir = strings.Replace(dir, name, here, 1)
			}
			if dir == "qw" || dir == "" || strings.ContainsAny(dir, "$@") {
				continue
			}
			l.dirs = append(l.dirs, dir, filepath.Join(here, dir), filepath.Join(here, "..", dir))
		}
	}
	l.dirs = append(l.dirs, filepath.Join(here, "lib"), filepath.Join(here, "..", "lib"), here)
	return l
}

var (
	useLib  = regexp.MustCompile(`(?m)^\s*use\s+lib\b([^;]*);`)
	libWord = regexp.MustCompile(`"[^"]*"|'[^']*'|[\w./-]+`)
)

// find returns the path of a module's file, "" if it is not one of the program's.
func (l *loader) find(name string) string {
	for _, dir := range l.dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// modules loads the modules that tokens use, first those which they use in turn.
func (l *loader) modules(toks []token) error {
	for i := 0; i+1 < len(toks); i++ {
		if toks[i].class != "Word" || toks[i+1].class == "Symbol" {
			continue
		}
		switch toks[i].text {
		case "use", "require":
			names := []string{toks[i+1].text}
			if n := names[0]; n == "base" || n == "parent" {
				for _, t := range toks[i+2 : min(i+6, len(toks))] {
					if t.text == ";" {
						break
					}
					names = append(names, strings.Fields(quotedText(t))...)
				}
			}
			for _, name := range names {
				if err := l.module(name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func quotedText(t token) string {
	switch {
	case strings.HasPrefix(t.class, "Quote::"):
		return inside(t.text)
	case t.class == "QuoteLike::Words" && len(t.parts) > 0:
		return t.parts[0]
	}
	return ""
}

func (l *loader) module(name string) error {
	if name == "" || name[0] < 'A' || name[0] > 'Z' || moduleKnown(name) || strings.ContainsAny(name, "./\\") {
		return nil
	}
	path := l.find(filepath.FromSlash(strings.ReplaceAll(name, "::", "/") + ".pm"))
	if path == "" {
		return nil
	}
	n, err := l.file(path)
	if n != nil {
		l.loaded = append(l.loaded, n)
	}
	return err
}

// file reads a file once.
func (l *loader) file(path string) (*node, error) {
	if l.seen[path] || len(l.seen) >= maxFiles || l.depth > 100 {
		return nil, nil
	}
	l.seen[path] = true
	l.depth++
	defer func() { l.depth-- }()
	source, err := readSource(path)
	if err != nil {
		return nil, err
	}
	toks, err := l.parser.tok.tokens(source)
	if err != nil {
		return nil, located(path, err)
	}
	if err := l.modules(toks); err != nil {
		return nil, err
	}
	main := l.parser
	p := &parser{file: path, source: strings.Split(source, "\n"), tok: main.tok, toks: toks, consts: main.consts, subs: main.subs, protos: main.protos}
	p.noteSubs()
	n := &node{kind: sBlock, op: "file", text: path, body: p.program()}
	l.prog.bad = append(l.prog.bad, p.bad...)
	l.prog.files = append(l.prog.files, path)
	l.prog.lines += len(p.source)
	return n, nil
}

// requires puts files that are required by name in the place of require and do.
func (l *loader) requires(list []*node) error {
	var failed error
	walkAll(list, func(n *node) bool {
		if n.kind == kFunc && (n.text == "require" || n.text == "do") && n.kid(0) != nil && n.kids[0].kind == kStr && failed == nil {
			if path := l.find(n.kids[0].text); path != "" {
				f, err := l.file(path)
				switch {
				case err != nil:
					failed = err
				case f != nil:
					n.kind, n.text, n.kids, n.body = kDo, "", nil, []*node{f}
				case n.text == "require":
					n.kind, n.text, n.kids = kNum, "1", nil
				}
			}
		}
		return true
	})
	return failed
}

// exports finds what packages export and what they import from each other.
func (p *program) exports() {
	exported, all := map[string][]string{}, map[string][]string{}
	type use struct {
		pkg string
		n   *node
	}
	var uses []use
	var visit func(list []*node, pkg string)
	visit = func(list []*node, pkg string) {
		for _, n := range list {
			switch n.kind {
			case sPackage:
				if n.block {
					visit(n.body, n.text)
				} else {
					pkg = n.text
				}
			case sBlock:
				inner := pkg
				if n.op == "file" {
					inner = "main"
				}
				visit(n.body, inner)
			case sUse:
				if n.op == "use" {
					uses = append(uses, use{pkg, n})
				}
			case sExpr:
				if k := n.kid(0); k != nil && k.kind == kAssign {
					to := k.kids[0]
					if to.kind == kMy && len(to.kids) == 1 {
						to = to.kids[0]
					}
					if to.kind == kVar && to.sigil == '@' && strings.HasPrefix(to.text, "EXPORT") {
						names := wordsOf(k.kids[1])
						all[pkg] = append(all[pkg], names...)
						if to.text == "EXPORT" {
							exported[pkg] = names
						}
					}
				}
			}
		}
	}
	visit(p.statements, "main")
	for _, u := range uses {
		names := exported[u.n.text]
		if k := u.n.kid(0); k != nil {
			names = nil
			for _, w := range wordsOf(k) {
				if strings.HasPrefix(w, ":") {
					names = append(names, all[u.n.text]...)
				} else {
					names = append(names, w)
				}
			}
		}
		if len(all[u.n.text]) == 0 {
			continue
		}
		for _, w := range names {
			w = strings.TrimPrefix(w, "&")
			if w == "" {
				continue
			}
			if sigil := w[0]; sigil == '$' || sigil == '@' || sigil == '%' {
				p.imports[string(sigil)+u.pkg+"::"+w[1:]] = u.n.text + "::" + w[1:]
			} else {
				p.imports[u.pkg+"::"+w] = u.n.text + "::" + w
			}
		}
	}
}

func wordsOf(n *node) []string {
	var out []string
	n.walk(func(k *node) bool {
		switch k.kind {
		case kStr:
			out = append(out, k.text)
		case kWords:
			out = append(out, strings.Fields(k.text)...)
		}
		return true
	})
	return out
}

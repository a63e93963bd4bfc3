package docs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const module = "github.com/gopoe/poe"

// folders are the module's packages, by the name that the docs use.
var folders = map[string]string{
	"poe": ".", "await": "await", "supervise": "supervise", "kernel": "kernel", "session": "session", "nfa": "session/nfa", "driver": "driver",
	"filter": "filter", "storable": "filter/storable", "httpd": "filter/httpd", "httpclient": "filter/httpclient",
	"jsonrec": "filter/jsonrec", "syslog": "filter/syslog",
	"readwrite": "wheel/readwrite", "socketfactory": "wheel/socketfactory", "listenaccept": "wheel/listenaccept",
	"followtail": "wheel/followtail", "run": "wheel/run", "readline": "wheel/readline", "curses": "wheel/curses",
	"servertcp": "component/servertcp", "clienttcp": "component/clienttcp", "ikc": "component/ikc", "cron": "component/cron", "clienthttp": "component/clienthttp", "irc": "component/irc", "plugin": "component/irc/plugin", "logger": "component/logger", "clientdns": "component/clientdns", "clientping": "component/clientping", "syslogserver": "component/syslogserver", "syslogclient": "component/syslogclient", "stompclient": "component/stompclient", "feed": "component/feed", "serial": "component/serial", "httpserver": "component/httpserver", "dbi": "component/dbi", "jobqueue": "component/jobqueue", "durable": "component/jobqueue/durable", "pubsub": "component/pubsub",
	"poetest": "poetest", "sim": "poetest/sim", "daemon": "daemon", "node": "node", "cluster": "node/cluster",
	"poetests":    "conformance/poetests",
	"kernelgroup": "kernelgroup", "process": "supervise/process",
}

// standard are the packages of Go's library that examples use.
var standard = map[string]string{
	"bufio": "bufio", "bytes": "bytes", "context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http",
	"io": "io", "log": "log", "slog": "log/slog", "net": "net", "netip": "net/netip", "os": "os", "exec": "os/exec",
	"regexp": "regexp", "slices": "slices", "strconv": "strconv", "strings": "strings", "syscall": "syscall", "sql": "database/sql",
	"dns": "github.com/miekg/dns", "testing": "testing", "time": "time", "tls": "crypto/tls", "signal": "os/signal",
	"require": "github.com/stretchr/testify/require", "assert": "github.com/stretchr/testify/assert",
}

// present reports whether a package is in this tree. Wheels and others are
// ported one by one: what is not there yet is shown as such on the pages.
func present(name string) bool {
	files, _ := globOnce(filepath.Join("..", filepath.FromSlash(folders[name]), "*.go"))
	return folders[name] != "" && len(files) > 0
}

// importPath finds what an example means by a package's name.
func importPath(name string) (string, bool) {
	if present(name) {
		return path.Join(module, folders[name]), true
	}
	standard, ok := standard[name]
	return standard, ok
}

// world is what examples are compiled against: the packages as go build makes
// them.
type world struct {
	fset *token.FileSet
	imp  types.Importer
}

var theWorld = sync.OnceValues(func() (*world, error) {
	paths := slices.Collect(maps.Values(standard))
	for name := range folders {
		if path, ok := importPath(name); ok {
			paths = append(paths, path)
		}
	}
	return newWorld(paths)
})

// newWorld is the world of these packages and what they import.
func newWorld(paths []string) (*world, error) {
	args := append([]string{"list", "-export", "-deps", "-json=ImportPath,Export"}, paths...)
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	exports := map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	lookup := func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no package %s", path)
		}
		return os.Open(exports[path])
	}
	return &world{fset: fset, imp: importer.ForCompiler(fset, "gc", lookup)}, nil
}

// find looks up "kernel.Kernel.Post": a package's object, or a field or method
// of one.
func (w *world) find(name string) error {
	parts := strings.Split(name, ".")
	path, ok := importPath(parts[0])
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return fmt.Errorf("%s: no such package", name)
	}
	return w.findIn(path, name)
}

// findIn looks up a name in the package at path, whatever the name calls it.
func (w *world) findIn(path, name string) error {
	parts := strings.Split(name, ".")
	pkg, err := w.imp.Import(path)
	if err != nil {
		return err
	}
	object := pkg.Scope().Lookup(parts[1])
	if object == nil || !object.Exported() {
		return fmt.Errorf("%s: the package has no exported %s", name, parts[1])
	}
	if len(parts) == 3 {
		member, _, _ := types.LookupFieldOrMethod(object.Type(), true, pkg, parts[2])
		if member == nil || !member.Exported() {
			return fmt.Errorf("%s: the type has no exported %s", name, parts[2])
		}
	}
	return nil
}

// compile type-checks a file. Variables that are declared and not used are no
// error: an example need not continue.
func (w *world) compile(source string) error {
	file, err := parser.ParseFile(w.fset, "example.go", source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	var errs []error
	config := types.Config{Importer: w.imp, Error: func(err error) {
		var typeErr types.Error
		if !errors.As(err, &typeErr) || !typeErr.Soft {
			errs = append(errs, err)
		}
	}}
	config.Check("example", w.fset, []*ast.File{file}, nil) // errors are collected above
	return errors.Join(errs...)
}

// qualified finds the packages that a piece of code names.
var qualified = regexp.MustCompile(`\b([a-z]\w*)\.[A-Z]`)

// imports writes the import declaration for a piece of code.
func imports(code string) string {
	paths := map[string]bool{}
	for _, m := range qualified.FindAllStringSubmatch(code, -1) {
		if path, ok := importPath(m[1]); ok {
			paths[path] = true
		}
	}
	var b strings.Builder
	b.WriteString("import (\n")
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	return b.String() + ")\n"
}

// globbed and texts are what was found and read already. The cached result of a test
// depends on each file and directory that it has opened, as often as it has: go test
// would spend minutes on looking at them again.
var (
	globbed = map[string][]string{}
	texts   = map[string][]byte{}
)

// globOnce is filepath.Glob, once for each pattern.
func globOnce(pattern string) ([]string, error) {
	files, ok := globbed[pattern]
	if !ok {
		var err error
		if files, err = filepath.Glob(pattern); err != nil {
			return nil, err
		}
		globbed[pattern] = files
	}
	return files, nil
}

// readOnce is os.ReadFile, once for each file.
func readOnce(file string) ([]byte, error) {
	text, ok := texts[file]
	if !ok {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return nil, err
		}
		texts[file] = text
	}
	return text, nil
}

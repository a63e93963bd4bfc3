// Package scaffold writes new projects.
package scaffold

import (
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/gopoe/poe/cmd/poe/internal/gomod"
)

//go:embed templates
var templates embed.FS

// kind is what a project can be.
type kind struct {
	about string
	use   string
	port  int
	args  []string // in a container
	unit  []string // under systemd
}

// order is that of Kinds.
var order = []string{"server", "client", "bot", "daemon", "cluster"}

var kinds = map[string]kind{
	"server": {
		about: "a server for lines of text over TCP.",
		use:   "It asks for a name and repeats what is said:\n\n    ./NAME -listen 127.0.0.1:4000 &\n    nc 127.0.0.1 4000",
		port:  4000, args: []string{"-listen", "0.0.0.0:4000"}, unit: []string{"-listen", "127.0.0.1:4000"},
	},
	"client": {
		about: "a client that says lines to a server over TCP.",
		use:   "It sends the lines of its standard input and prints those of the server:\n\n    echo hello | ./NAME -server 127.0.0.1:4000",
		args:  []string{"-server", "127.0.0.1:4000"}, unit: []string{"-server", "127.0.0.1:4000"},
	},
	"bot": {
		about: "a bot for IRC.",
		use:   "It answers !ping, !time and !remind in its channel, and comes back when the\nconnection is lost:\n\n    ./NAME -server 127.0.0.1:6667 -nick NAME -channel '#poe'",
		args:  []string{"-server", "127.0.0.1:6667"}, unit: []string{"-server", "127.0.0.1:6667"},
	},
	"daemon": {
		about: "a daemon that does its work at given times.",
		use:   "It measures a directory at the times that a cron expression says:\n\n    ./NAME -dir /var/tmp -at '*/5 * * * *'",
		args:  []string{"-dir", "/"}, unit: []string{"-dir", "/var/lib/NAME"},
	},
	"cluster": {
		about: "a node of a cluster.",
		use:   "Nodes find each other by seeds, and greet each other:\n\n    ./NAME -name one -listen 127.0.0.1:7700 &\n    ./NAME -name two -listen 127.0.0.1:7701 -seed one=127.0.0.1:7700\n\nThey talk without TLS, on loopback only; for more set TLS in node.Config.",
		port:  7700, args: []string{"-name", "one"}, unit: []string{"-name", "one", "-listen", "127.0.0.1:7700"},
	},
}

// Kinds returns the kinds of projects, each with a sentence about it.
func Kinds() (names, about []string) {
	for _, name := range order {
		names, about = append(names, name), append(about, kinds[name].about)
	}
	return names, about
}

// Config says what to write.
type Config struct {
	Kind string // one of Kinds
	Dir  string // the project's directory, whose name is that of the program
	Mod  gomod.Config
}

// data is what templates see.
type data struct {
	Name, Kind, File, About, Use string
	Port                         int
	ContainerArgs, UnitArgs      []string
	Replaced                     bool
}

var programName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// Write writes a project into a directory that must not exist, or be empty. The
// hints say what is to do before it builds.
func Write(c Config) (hints []string, err error) {
	k, ok := kinds[c.Kind]
	if !ok {
		return nil, fmt.Errorf("there is no kind %q: it is one of %s", c.Kind, strings.Join(order, ", "))
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(dir)
	if !programName.MatchString(name) {
		return nil, fmt.Errorf("%q is no name for a program: letters, digits, - and _, a letter first", name)
	}
	if err := vacant(dir); err != nil {
		return nil, err
	}
	d := data{
		Name: name, Kind: c.Kind, File: c.Kind, About: k.about, Use: strings.ReplaceAll(k.use, "NAME", name), Port: k.port,
		ContainerArgs: k.args, UnitArgs: named(k.unit, name),
	}
	if err := writeAll(dir, &d, "go", ""); err != nil {
		return nil, err
	}
	if hints, err = gomod.Ensure(dir, c.Mod); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	d.Replaced = strings.Contains(string(text), "\nreplace "+gomod.Module+" ")
	return hints, writeAll(dir, &d, "", "go")
}

func named(args []string, name string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = strings.ReplaceAll(a, "NAME", name)
	}
	return out
}

// vacant fails unless a directory is empty or not there.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: name another directory", dir)
	}
	return nil
}

// places says where templates go whose names say it otherwise.
var places = map[string]string{
	"gitignore":    ".gitignore",
	"ci.yml":       ".github/workflows/ci.yml",
	"unit.service": "NAME.service",
}

// writeAll writes the files with an ending, or those without another one.
func writeAll(dir string, d *data, with, without string) error {
	for _, group := range []string{"common", d.Kind} {
		entries, err := templates.ReadDir("templates/" + group)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := strings.TrimSuffix(e.Name(), ".tmpl")
			ending := strings.TrimPrefix(path.Ext(name), ".")
			if with != "" && ending != with || without != "" && ending == without {
				continue
			}
			text, err := fill(path.Join("templates", group, e.Name()), d)
			if err != nil {
				return err
			}
			if p := places[name]; p != "" {
				name = strings.ReplaceAll(p, "NAME", d.Name)
			}
			if err := writeNew(filepath.Join(dir, filepath.FromSlash(name)), text); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill executes a template; Go is formatted.
func fill(name string, d *data) ([]byte, error) {
	t, err := template.New(path.Base(name)).Delims("[[", "]]").ParseFS(templates, name)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := t.Execute(&b, d); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		return format.Source([]byte(b.String()))
	}
	return []byte(b.String()), nil
}

// writeNew writes a file that must not be there.
func writeNew(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

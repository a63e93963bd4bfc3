//go:build unix

package run

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// shell runs command lines, and scripts that do not say what runs them.
const shell = "/bin/sh"

// command is what a child executes.
type command struct {
	path string // to the executable
	argv []string
	env  []string // nil for this process's
	name string   // for messages
	err  error    // why there is no such program
}

// shellCharacters are what makes a command line one for the shell, by Perl's
// rule for exec. A line feed at the end does not count.
const shellCharacters = "$&*(){}[]'\";\\|?<>~`\n"

// shellWord matches a beginning that only the shell understands: an assignment
// to a variable, or its command exec.
var shellWord = regexp.MustCompile(`^\s*(\w+=|exec\s|\.\s)`)

// command finds out what to execute.
func (c *Config) command() command {
	switch {
	case c.Func.known():
		return c.funcCommand()
	case len(c.Program) > 0:
		argv := append(append([]string(nil), c.Program...), c.Args...)
		return lookUp(argv, strings.Join(argv, " "), c.Env)
	}
	line := strings.Join(append([]string{c.Command}, c.Args...), " ")
	if needsShell(line) {
		return command{path: shell, argv: []string{"sh", "-c", line}, env: c.Env, name: line}
	}
	return lookUp(strings.Fields(line), line, c.Env)
}

func needsShell(line string) bool {
	return strings.ContainsAny(strings.TrimSuffix(line, "\n"), shellCharacters) || shellWord.MatchString(line)
}

// lookUp finds a program as execvp does: with a slash it is a path; otherwise it
// is looked for in PATH, whose entries may be relative.
func lookUp(argv []string, name string, env []string) command {
	c := command{argv: argv, name: name, env: env}
	if len(argv) == 0 {
		c.err = syscall.ENOENT
		return c
	}
	c.path = argv[0]
	if !strings.Contains(c.path, "/") {
		c.path, c.err = inPath(argv[0])
	}
	return c
}

// inPath looks for a program in PATH. If nothing there can be executed but
// something has the name, the error is EACCES.
func inPath(program string) (path string, err error) {
	err = syscall.ENOENT
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if dir == "" {
			dir = "."
		}
		path = dir + "/" + program
		info, statErr := os.Stat(path)
		switch {
		case errors.Is(statErr, syscall.EACCES):
			err = syscall.EACCES
		case statErr != nil || program == "":
		case info.IsDir() || unix.Access(path, unix.X_OK) != nil:
			err = syscall.EACCES
		default:
			return path, nil
		}
	}
	return "", err
}

// funcCommand is this program once more, to run a function.
func (c *Config) funcCommand() command {
	path, err := os.Executable()
	env := c.Env
	if env == nil {
		env = os.Environ()
	}
	env = append(append([]string(nil), env...), funcVariable+"="+c.Func.name)
	if c.CloseOnCall {
		env = append(env, closeVariable+"=1")
	}
	return command{path: path, argv: append([]string{os.Args[0]}, c.Args...), env: env, name: c.Func.name, err: err}
}

//go:build unix

package run

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
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

// lookUp finds a program in PATH.
func lookUp(argv []string, name string, env []string) command {
	c := command{argv: argv, name: name, env: env}
	if len(argv) == 0 {
		c.err = syscall.ENOENT
		return c
	}
	path, err := exec.LookPath(argv[0])
	var errno syscall.Errno
	switch {
	case err == nil:
		c.path = path
	case errors.As(err, &errno):
		c.err = errno
	case errors.Is(err, os.ErrPermission):
		c.err = syscall.EACCES
	default:
		c.err = syscall.ENOENT
	}
	return c
}

// funcCommand is this program once more, told to run a function.
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

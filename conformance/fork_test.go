package conformance

import (
	"io"
	"os/exec"

	"github.com/gopoe/poe/kernel"
)

// fork starts a child process that waits until it is released and then runs a
// script of the shell: what the Perl programs do with fork and a pipe.
func (p *port) fork(script string) (pid int, release func()) {
	cmd := exec.Command("/bin/sh", "-c", "read line; "+script)
	var in io.Closer
	pid = must(kernel.Recorded(p.k, "forks", func() (int, error) {
		pipe, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			return 0, err
		}
		defer cmd.Process.Release() // the kernel waits for it
		in = pipe
		return cmd.Process.Pid, nil
	}))
	return pid, func() { p.asks("releases", func() error { return in.Close() }) }
}

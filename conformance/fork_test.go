package conformance

import (
	"os/exec"
)

// fork starts a child process that waits until it is released and then runs a
// script of the shell: what the Perl programs do with fork and a pipe.
func (p *port) fork(script string) (pid int, release func()) {
	cmd := exec.Command("/bin/sh", "-c", "read line; "+script)
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.Fatal(err)
	}
	pid = cmd.Process.Pid
	cmd.Process.Release() // the kernel waits for it
	return pid, func() { in.Close() }
}

//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// interruptible gives a program a process group of its own, so that what "go
// run" or a shell has started is interrupted as well.
func interruptible(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}

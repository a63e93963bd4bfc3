//go:build linux

package main

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// place is where a process runs.
type place bool

// The last processor is the clients', the others are the server's: what the
// clients do costs the server no time, and the other way round.
const (
	asServer place = false
	asClient place = true
)

// start starts a process in its place. With one processor there is one place.
func (p place) start(process *exec.Cmd) error {
	var all, some unix.CPUSet
	runtime.LockOSThread() // the child inherits the thread's processors
	defer runtime.UnlockOSThread()
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return err
	}
	if all.Count() < 2 {
		return process.Start()
	}
	last := 0
	for cpu := range len(all) * 64 {
		if all.IsSet(cpu) {
			last = cpu
		}
	}
	if p == asClient {
		some.Set(last)
	} else {
		some = all
		some.Clear(last)
	}
	if err := unix.SchedSetaffinity(0, &some); err != nil {
		return err
	}
	err := process.Start()
	if err := unix.SchedSetaffinity(0, &all); err != nil {
		return err
	}
	return err
}

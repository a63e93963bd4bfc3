//go:build linux

package perl

import (
	"fmt"
	"os"
	"time"
)

// Exit is the panic that ends the program.
type exit struct{ status int }

// Exit runs the END blocks and ends the process with the status. It does not
// return.
func Exit(status int) any {
	ChildStatus = status // END blocks may look at it, and change it
	runEnd()
	os.Exit(ChildStatus)
	return nil
}

// ExitNow ends the process without running END blocks. It does not return.
func ExitNow(status int) any {
	os.Exit(status)
	return nil
}

var endBlocks []func()

// AtEnd registers an END block. Exit and Main run the blocks, the last one
// first.
func AtEnd(f func()) { endBlocks = append(endBlocks, f) }

func runEnd() {
	for len(endBlocks) > 0 {
		f := endBlocks[len(endBlocks)-1]
		endBlocks = endBlocks[:len(endBlocks)-1]
		f()
	}
	FreeTemps()
	FlushAll()
}

// Main runs a translated program, whose main part is f and whose name is name,
// and ends the process.
func Main(name string, f func()) {
	Name = name
	status := 0
	func() {
		defer func() {
			if e := recover(); e != nil {
				status = fatal(e)
			}
		}()
		f()
	}()
	Exit(status)
}

// dieStatus is the exit status of a program that has died: $!, the status of the last
// child, or 255.
func dieStatus() int {
	if n := int(Errno) & 255; n != 0 {
		return n
	}
	if n := ChildStatus >> 8 & 255; n != 0 {
		return n
	}
	return 255
}

func fatal(e any) int {
	Stdout.Flush()
	switch e := e.(type) {
	case exit:
		return e.status
	case *Exception:
		fmt.Fprint(os.Stderr, Str(e.Value))
		return dieStatus()
	case *Untranslated:
		fmt.Fprintln(os.Stderr, e.Error())
		return 255
	}
	FlushAll()
	panic(e)
}

// StartTime returns the time at which the program was started, in seconds since
// 1970. Perl: $^T.
func StartTime() int { return int(startTime.Unix()) }

var startTime = time.Now()

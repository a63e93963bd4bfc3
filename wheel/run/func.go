//go:build unix

package run

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The environment variables by which a re-executed program learns that it is
// to run a function.
const (
	funcVariable  = "POE_RUN_FUNC"
	closeVariable = "POE_RUN_CLOSE"
)

// Functions are the functions of this program that can run in a process of
// their own.
type Functions struct {
	byName map[string]func(args []string)
}

// Main registers functions that can run in a process of their own. Go cannot
// fork a running program, so a function runs in a new process of the same
// executable: in that process Main runs the function and does not return. So it
// must be called first in main, or in TestMain, before anything that the new
// process is not to do. Its result is for Config.Func:
//
//	func main() {
//		funcs := run.Main(map[string]func([]string){"count": count})
//		...
//		run.New(k, run.Config{Func: funcs.Func("count"), ...})
//	}
//
// The function shares no memory with the program that started it. When it
// returns the exit code is 0; if it panics, the value is written to standard
// error and the exit code is 255, as in POE. os.Exit sets another exit code.
func Main(functions map[string]func(args []string)) *Functions {
	f := &Functions{byName: functions}
	if name, ok := os.LookupEnv(funcVariable); ok {
		f.become(name)
	}
	return f
}

// Func returns the function with that name, for Config. New fails if there is
// none.
func (f *Functions) Func(name string) Func { return Func{f, name} }

// Func is a function that was registered with [Main].
type Func struct {
	of   *Functions
	name string
}

func (f Func) known() bool { return f.of != nil && f.of.byName[f.name] != nil }

// become runs a function in this process, and ends it.
func (f *Functions) become(name string) {
	os.Unsetenv(funcVariable)
	if _, ok := os.LookupEnv(closeVariable); ok {
		os.Unsetenv(closeVariable)
		closeInherited()
	}
	run := f.byName[name]
	if run == nil {
		fmt.Fprintf(os.Stderr, "run: no function %q in this program\n", name)
		os.Exit(int(unix.ENOENT))
	}
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintln(os.Stderr, v)
			os.Exit(255)
		}
		os.Exit(0)
	}()
	run(os.Args[1:])
}

// closeInherited closes what was open before this program began. Such a
// descriptor is known by not being closed on exec, as all of Go's own are.
func closeInherited() {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		var fd int
		if _, err := fmt.Sscan(e.Name(), &fd); err != nil || fd <= 2 {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
}

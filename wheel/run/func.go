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

// Main makes functions known. Go cannot fork a running program, so a function
// runs in a new process of the same executable: Main, in that process, runs it
// and does not return. So call it first of all in main, or in TestMain, before
// anything that is to happen once, and use what it returns in [Config].Func:
//
//	func main() {
//		funcs := run.Main(map[string]func([]string){"count": count})
//		...
//		run.New(k, run.Config{Func: funcs.Func("count"), ...})
//	}
//
// The function shares no memory with the program that started it. When it
// returns the exit code is 0; one that panics writes what it panicked with to
// standard error and has the exit code 255, as in POE. os.Exit gives another.
func Main(functions map[string]func(args []string)) *Functions {
	f := &Functions{byName: functions}
	if name, ok := os.LookupEnv(funcVariable); ok {
		f.become(name)
	}
	return f
}

// Func returns the function of that name, for [Config].
func (f *Functions) Func(name string) Func { return Func{f, name} }

// Func is a function that Main was given.
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

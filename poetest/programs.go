package poetest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Programs runs the tests and lets the test binary replace programs which the
// code under test runs, with a wheel of package run or with os/exec. Call it in
// TestMain:
//
//	func TestMain(m *testing.M) {
//		os.Exit(poetest.Programs(m, map[string]func() int{
//			"convert": func() int { fmt.Println("converted", os.Args[1]); return 0 },
//		}))
//	}
//
// While the tests run, the names are found in PATH before those of the system.
// A program is a new process of the test binary: it has its own os.Args and
// standard streams, runs its function instead of tests, and ends with the exit
// status that the function returns. Programs returns the exit status of the
// tests. It needs symbolic links.
func Programs(m *testing.M, programs map[string]func() int) (status int) {
	if run := programs[filepath.Base(os.Args[0])]; run != nil {
		os.Exit(run())
	}
	dir, err := install(programs)
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	if err == nil {
		err = os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "poetest: Programs:", err)
		return 1
	}
	return m.Run()
}

// install makes a directory of links to the test binary.
func install(programs map[string]func() int) (dir string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "poetest-programs-"); err != nil {
		return "", err
	}
	for name := range programs {
		if filepath.Base(name) != name {
			return dir, fmt.Errorf("%q is not the name of a file", name)
		}
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			return dir, err
		}
	}
	return dir, nil
}

// Package leakcheck fails the tests of a package which leave something behind:
// goroutines, and on Linux open files.
//
//	func TestMain(m *testing.M) { leakcheck.Main(m) }
package leakcheck

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// grace is how long goroutines and files have, after the last test, to come to
// their end.
const grace = 30 * time.Second

// Main runs the tests and exits. If they pass, it exits with 1 and a message on
// standard error if something is left.
func Main(m *testing.M) {
	before := openFiles()
	status := m.Run()
	if status == 0 {
		if left := Left(before); left != "" {
			fmt.Fprintln(os.Stderr, "leakcheck: left after the last test:\n"+left)
			status = 1
		}
	}
	os.Exit(status)
}

// Left waits until neither goroutines nor files are left that were not there
// before, and describes what is left after 30 seconds; empty if nothing is.
func Left(before map[string]int) string {
	deadline := time.Now().Add(grace)
	for {
		runtime.GC() // closes files that nothing refers to, as the runtime does for every program
		left := append(goroutines(), newFiles(before)...)
		if len(left) == 0 {
			return ""
		}
		if time.Now().After(deadline) {
			return strings.Join(left, "\n\n")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// lasting are functions of goroutines which a library starts once for the whole
// program, and the testing package's.
var lasting = regexp.MustCompile(`(?m)^(testing\.\(\*[MFT]\)|os/signal\.loop|os/signal\.signal_recv|runtime\.|database/sql\.\(\*DB\)\.connectionOpener)`)

// goroutines returns the stacks of goroutines other than the caller's.
func goroutines() (stacks []string) {
	buffer := make([]byte, 1<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	all := bytes.Split(buffer, []byte("\n\n"))
	for _, stack := range all[1:] { // the first is the caller's
		if !lasting.Match(stack) {
			stacks = append(stacks, string(stack))
		}
	}
	return stacks
}

// number is the part of a file's name which differs from socket to socket.
var number = regexp.MustCompile(`\d+`)

// openFiles counts open files by their kind and name.
func openFiles() map[string]int {
	count := map[string]int{}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return count // not Linux
	}
	for _, f := range files {
		if name, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && !strings.HasPrefix(name, "/proc/") {
			count[number.ReplaceAllString(name, "N")]++
		}
	}
	return count
}

// own are the files that Go's runtime opens when it first waits for one.
var own = map[string]int{"anon_inode:[eventpoll]": 1, "anon_inode:[eventfd]": 1, "/dev/urandom": 1, "/dev/null": 1}

func newFiles(before map[string]int) (left []string) {
	for name, n := range openFiles() {
		if more := n - before[name] - own[name]; more > 0 {
			left = append(left, fmt.Sprintf("%d open: %s", more, name))
		}
	}
	return left
}

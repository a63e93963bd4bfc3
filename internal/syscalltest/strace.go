//go:build linux

package syscalltest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RequireStrace returns the path of strace. Without it the test is skipped, or
// fails if the environment variable POE_REQUIRED is set.
func RequireStrace(t *testing.T) (path string) {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal("strace is required")
		}
		t.Skip("strace is not installed")
	}
	return path
}

// Attach runs do while strace traces all threads of a process, with more options,
// and returns what it has written.
func Attach(t *testing.T, pid int, options []string, do func()) string {
	t.Helper()
	return attach(t, pid, nil, append(options, "-f"), do)
}

// attach is Attach for some threads of a process; nil is all.
func attach(t *testing.T, pid int, threads, options []string, do func()) string {
	t.Helper()
	log := t.TempDir() + "/calls"
	args := append([]string{"-qq", "-o", log}, options...)
	if threads == nil {
		args = append(args, "-p", fmt.Sprint(pid))
	}
	for _, thread := range threads {
		args = append(args, "-p", thread)
	}
	s := exec.Command("strace", args...)
	var said strings.Builder
	s.Stderr = &said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !traced(pid, threads); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			_ = s.Process.Kill()
			t.Fatal("strace does not attach: ", said.String())
		}
	}
	do()
	_ = s.Process.Signal(syscall.SIGINT)
	_ = s.Wait()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// traced reports whether threads of a process are traced, nil being all.
func traced(pid int, threads []string) bool {
	tasks := fmt.Sprintf("/proc/%d/task/", pid)
	if threads == nil {
		all, err := filepath.Glob(tasks + "*")
		if err != nil {
			return false
		}
		for _, task := range all {
			threads = append(threads, filepath.Base(task))
		}
	}
	for _, thread := range threads {
		status, err := os.ReadFile(tasks + thread + "/status")
		if err == nil && !tracer.Match(status) {
			return false
		}
	}
	return len(threads) > 0
}

// tracer matches the line of a thread's status that names who traces it.
var tracer = regexp.MustCompile(`(?m)^TracerPid:\t[1-9]`)

// CallsIn returns how often each system call is in what strace has written.
func CallsIn(log string) map[string]int {
	calls := map[string]int{}
	for _, m := range callLine.FindAllStringSubmatch(log, -1) {
		calls[m[1]]++
	}
	return calls
}

// callLine matches a call in the log; with -f there is a thread's ID before it.
var callLine = regexp.MustCompile(`(?m)^(?:\d+ +)?([a-z_0-9]+)\(`)

// InjectedIn returns the calls in what strace has written that it made fail.
func InjectedIn(log string) []string { return injected.FindAllString(log, -1) }

// injected matches the call that failed.
var injected = regexp.MustCompile(`.*\(INJECTED\)`)

//go:build linux

package syscalltest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// errorsOf are the errors that the system may give, by call.
var errorsOf = map[string][]string{
	"accept4":           {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EPERM", "EPROTO", "ECONNABORTED", "EINTR", "EIO"},
	"bind":              {"EADDRINUSE", "EACCES", "ENOMEM"},
	"clone":             {"EAGAIN", "ENOMEM", "EPERM"},
	"clone3":            {"EAGAIN", "ENOMEM", "EPERM"},
	"connect":           {"ECONNREFUSED", "ENOMEM", "EPERM", "EADDRNOTAVAIL", "EINTR", "EIO"},
	"epoll_create1":     {"EMFILE", "ENFILE", "ENOMEM"},
	"epoll_ctl":         {"ENOSPC", "ENOMEM"},
	"eventfd2":          {"EMFILE", "ENFILE", "ENOMEM"},
	"fcntl":             {"EINTR", "EPERM", "EAGAIN"},
	"getpeername":       {"ENOBUFS", "ENOTCONN"},
	"getpriority":       {"EPERM", "EACCES"},
	"getsockname":       {"ENOBUFS"},
	"getsockopt":        {"ENOBUFS", "ENOMEM"},
	"inotify_add_watch": {"ENOSPC", "ENOMEM", "EACCES"},
	"inotify_rm_watch":  {"EINVAL"},
	"inotify_init1":     {"EMFILE", "ENFILE", "ENOMEM"},
	"ioctl":             {"EIO", "ENOTTY", "EPERM"},
	"kill":              {"EPERM"},
	"listen":            {"EADDRINUSE", "EIO"},
	"lseek":             {"EIO", "EOVERFLOW"},
	"newfstatat":        {"EIO", "EACCES", "ENOMEM"},
	"fstat":             {"EIO", "ENOMEM"},
	"openat":            {"EMFILE", "ENFILE", "ENOMEM", "EACCES", "EIO", "EINTR"},
	"pidfd_open":        {"EMFILE", "ENFILE", "ENOMEM"},
	"pidfd_send_signal": {"EPERM"},
	"pipe2":             {"EMFILE", "ENFILE"},
	"pread64":           {"EIO", "EINTR"},
	"read":              {"EIO", "ENOMEM", "EINTR"},
	"recvfrom":          {"ECONNRESET", "ENOMEM", "EIO", "EINTR"},
	"sendto":            {"EPIPE", "ECONNRESET", "ENOBUFS", "ENOMEM", "EPERM", "EIO", "EINTR"},
	"setpriority":       {"EPERM", "EACCES"},
	"setsockopt":        {"ENOBUFS", "ENOMEM", "EPERM"},
	"shutdown":          {"ENOTCONN", "ENOBUFS"},
	"socket":            {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EPERM", "EACCES"},
	"socketpair":        {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"},
	"statx":             {"EIO", "EACCES", "ENOMEM"},
	"waitid":            {"EINTR", "ECHILD"},
	"wait4":             {"EINTR", "ECHILD"},
	"write":             {"EIO", "ENOSPC", "EPIPE", "EINTR"},
	"writev":            {"EIO", "ENOSPC", "EPIPE", "ECONNRESET", "EINTR"},
	"faccessat2":        {"EACCES", "EIO"},
	"faccessat":         {"EACCES", "EIO"},
	"prlimit64":         {"EPERM"},
	"dup3":              {"EMFILE", "EINTR"},
	"getdents64":        {"EIO"},
	"readlinkat":        {"EIO", "EACCES"},
}

// Close is not among them: strace would leave the descriptor open, while the
// system releases it whatever the error.
//
// ofTheRuntime are calls that Go's runtime makes and cannot do without.
var ofTheRuntime = regexp.MustCompile(`^(close|futex|epoll_p?wait2?|mmap|munmap|madvise|sched_.*|rt_sig.*|tgkill|gettid|getpid|getppid|nanosleep|clock_.*|restart_syscall|sigaltstack|set_robust_list|rseq|mprotect|exit|exit_group|getrandom|prctl|arch_prctl|membarrier|timer_.*|setitimer|geteuid|getuid|getegid|getgid|umask|ptrace)$`)

// process is a child from the outside.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	thread string
}

func spawn(t *testing.T, test string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+test+"$", "-test.timeout", "20m")
	cmd.Env = append(os.Environ(), role+"=1")
	cmd.Stderr = os.Stderr
	p := &process{cmd: cmd}
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatal("the child says nothing:", err)
	}
	p.thread = strings.TrimSpace(strings.TrimPrefix(line, "thread "))
	return p
}

func (p *process) stop() {
	p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// do lets the child do something, and returns what has come of it.
func (p *process) do(what string) (o Outcome, err error) {
	if _, err := fmt.Fprintln(p.in, what); err != nil {
		return o, err
	}
	for {
		line, err := p.out.ReadString('\n')
		if err != nil {
			return o, fmt.Errorf("the process is gone: %w", err)
		}
		if text, ok := strings.CutPrefix(line, "outcome "); ok {
			return o, json.Unmarshal([]byte(text), &o)
		}
		if strings.HasPrefix(line, "ended ") {
			return o, fmt.Errorf("the kernel has ended: %s", line)
		}
	}
}

// attach lets strace have a look at the child's thread, while do runs, and
// returns what it has written.
func (p *process) attach(t *testing.T, follow bool, options []string, do func()) string {
	t.Helper()
	log := t.TempDir() + "/calls"
	args := append([]string{"-qq", "-o", log, "-p", p.thread}, options...)
	if follow {
		args = append(args, "-f")
	}
	s := exec.Command("strace", args...)
	var said strings.Builder
	s.Stderr = &said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	status := fmt.Sprintf("/proc/%d/task/%s/status", p.cmd.Process.Pid, p.thread)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if text, _ := os.ReadFile(status); strings.Contains(string(text), "TracerPid:\t") && !strings.Contains(string(text), "TracerPid:\t0\n") {
			break
		}
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

// callLine matches a call in the log; with -f there is a thread's ID before it.
var callLine = regexp.MustCompile(`(?m)^(?:\d+ +)?([a-z_0-9]+)\(`)

// injected matches the call that failed.
var injected = regexp.MustCompile(`.*\(INJECTED\)`)

// wakeUp matches the write by which Go's runtime wakes its poller; the runtime
// ends the process if it fails.
var wakeUp = regexp.MustCompile(`write\(\d+, "\\1\\0\\0\\0\\0\\0\\0\\0", 8\)`)

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

// maxPlaces is at how many of its calls a system call is made to fail.
const maxPlaces = 8

// sweep is a sweep that is under way.
type sweep struct {
	test    string
	follow  bool
	foreign *regexp.Regexp
	p       *process
	faults  int // that were tried
	met     int // by a call of the program
}

// Sweep makes each system call of the test's program fail in turn. It fails the
// test if the kernel ends, if something but the operation is affected, or if the
// operation is not complete and nothing was reported. Follow includes processes
// that the program starts. A failure of a call that foreign matches, as strace shows
// it, is not judged; foreign may be nil.
func Sweep(t *testing.T, follow bool, foreign *regexp.Regexp) {
	t.Helper()
	RequireStrace(t)
	s := &sweep{test: t.Name(), follow: follow, foreign: foreign, p: spawn(t, t.Name())}
	defer func() { s.p.stop() }()
	calls := s.count(t)
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		if ofTheRuntime.MatchString(call) {
			continue
		}
		names := errorsOf[call]
		if names == nil {
			t.Errorf("errorsOf does not say how %s can fail", call)
			continue
		}
		for i, name := range names {
			places := 1
			if i == 0 { // one error at each place, the others at the first
				places = min(calls[call], maxPlaces)
			}
			for at := 1; at <= places; at++ {
				t.Run(fmt.Sprintf("%s %s %d", call, name, at), func(t *testing.T) { s.fail(t, call, name, at) })
			}
		}
	}
	t.Logf("calls %v; %d faults, %d of them met", calls, s.faults, s.met)
	if s.met == 0 {
		t.Error("no call has failed")
	}
}

// count returns how often an operation that succeeds makes each system call.
func (s *sweep) count(t *testing.T) map[string]int {
	t.Helper()
	operate := func() Outcome {
		o, err := s.p.do("operate")
		if err != nil {
			t.Fatal("operate: ", err)
		}
		return o
	}
	for range 2 { // the first may open what is kept
		if o := operate(); !o.Complete {
			t.Fatal("without a fault it fails: ", o.Reports)
		}
	}
	calls := map[string]int{}
	log := s.p.attach(t, s.follow, nil, func() { operate() })
	for _, m := range callLine.FindAllStringSubmatch(log, -1) {
		calls[m[1]]++
	}
	return calls
}

// fail makes one call fail and judges what comes of it.
func (s *sweep) fail(t *testing.T, call, name string, at int) {
	t.Helper()
	var o Outcome
	var err error
	inject := fmt.Sprintf("inject=%s:error=%s:when=%d", call, name, at)
	log := s.p.attach(t, s.follow, []string{"-e", "trace=" + call, "-e", inject}, func() { o, err = s.p.do("operate") })
	s.faults++
	failed := injected.FindString(log)
	if failed != "" {
		s.met++
		t.Logf("complete %v, reports %v", o.Complete, o.Reports)
	}
	if wakeUp.MatchString(failed) || s.foreign != nil && s.foreign.MatchString(failed) {
		s.restart(t)
		return
	}
	if err == nil {
		err = s.others(o)
	}
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, log)
		s.restart(t)
	case o.Complete:
	case len(o.Reports) == 0:
		t.Error("the operation failed, and nothing was reported\n" + log)
	case slices.Contains(o.Reports, "HANGS"):
		t.Errorf("it never ends: %v\n%s", o.Reports, log)
		s.restart(t)
	}
}

// others returns an error if something but the operation is affected.
func (s *sweep) others(o Outcome) error {
	after, err := s.p.do("check")
	if err == nil && !after.Complete {
		err = fmt.Errorf("others are affected: %v, then %v", o, after)
	}
	return err
}

// restart replaces the program by a new one.
func (s *sweep) restart(t *testing.T) {
	t.Helper()
	s.p.stop()
	s.p = spawn(t, s.test)
}

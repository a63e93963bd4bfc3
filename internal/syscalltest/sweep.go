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
)

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

// attach is Attach for the child's thread; follow includes the processes that it
// starts.
func (p *process) attach(t *testing.T, follow bool, options []string, do func()) string {
	t.Helper()
	if follow {
		options = append(options, "-f")
	}
	return attach(t, p.cmd.Process.Pid, []string{p.thread}, options, do)
}

// wakeUp matches the write by which Go's runtime wakes its poller; the runtime
// ends the process if it fails.
var wakeUp = regexp.MustCompile(`write\(\d+, "\\1\\0\\0\\0\\0\\0\\0\\0", 8\).*INJECTED`)

// At how many of its calls a system call is made to fail: in the long form, and in
// the short one.
const (
	maxPlaces  = 8
	somePlaces = 3
)

// detached is the error of a call from which strace detaches while it is about to
// make it fail.
var detached = syscall.ENOSYS.Error()

// leaks is the call after whose failure an operation is not judged: strace leaves
// the descriptor open, while the system releases it whatever the error.
const leaks = "close"

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
// that the program starts. A failure is not judged if foreign, which may be nil,
// matches what strace has written.
func Sweep(t *testing.T, follow bool, foreign *regexp.Regexp) {
	t.Helper()
	RequireStrace(t)
	s := &sweep{test: t.Name(), follow: follow, foreign: foreign, p: spawn(t, t.Name())}
	defer func() { s.p.stop() }()
	calls := s.count(t)
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		names, known := ErrorsOf(call)
		if !known {
			t.Errorf("errorsOf does not say how %s can fail", call)
		}
		for i, name := range names {
			for _, at := range places(call, i, calls[call]) {
				t.Run(fmt.Sprintf("%s %s %d", call, name, at), func(t *testing.T) { s.fail(t, call, name, at) })
			}
		}
	}
	t.Logf("calls %v; %d faults, %d of them met", calls, s.faults, s.met)
	if s.met == 0 {
		t.Error("no call has failed")
	}
}

// places returns at which of its calls a system call is to fail with its i-th
// error: in the short form the first error at some places, and the second at one.
func places(call string, i, calls int) []int {
	most := maxPlaces
	switch {
	case Long():
	case call == leaks && i == 0:
		return []int{min(calls, 2)}
	case call == leaks:
		return nil
	case i == 0:
		most = somePlaces
	case i == 1:
		most = 1
	default:
		return nil
	}
	var list []int
	for at := range min(calls, most) {
		list = append(list, at+1)
	}
	return list
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
	return CallsIn(s.p.attach(t, s.follow, nil, func() { operate() }))
}

// fail makes one call fail and judges what comes of it.
func (s *sweep) fail(t *testing.T, call, name string, at int) {
	t.Helper()
	var o Outcome
	var err error
	inject := fmt.Sprintf("inject=%s:error=%s:when=%d", call, name, at)
	trace := call
	if call == leaks {
		trace += ",clone,clone3,vfork" // foreign may want to know what was before it
	}
	log := s.p.attach(t, s.follow, []string{"-e", "trace=" + trace, "-e", inject}, func() { o, err = s.p.do("operate") })
	s.faults++
	if injected.MatchString(log) {
		s.met++
		t.Logf("complete %v, reports %v", o.Complete, o.Reports)
	}
	if wakeUp.MatchString(log) || s.foreign != nil && s.foreign.MatchString(log) {
		s.restart(t)
		return
	}
	if err == nil {
		err = s.others(o)
	}
	switch {
	case err != nil && strings.Contains(err.Error(), detached):
		t.Log("strace has left in the middle of a call")
		s.restart(t)
	case err != nil:
		t.Errorf("%v\n%s", err, log)
		s.restart(t)
	case o.Complete:
	case call == leaks:
		s.restart(t) // it may be the peer that waits
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

package node_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/syscalltest"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// callSweep is a node in a process of its own whose system calls fail. It has a
// link to a client, which must not be affected, and links to victims, which may
// be.
type callSweep struct {
	swept     *nodetest.Child
	bystander *client
	victims   int
}

func newCallSweep(t *testing.T) *callSweep {
	syscalltest.RequireStrace(t)
	s := &callSweep{swept: spawn(t, "swept", "")}
	s.bystander = dial(t, node.Config{Peers: map[string]string{"swept": s.swept.Addr}})
	s.bystander.do(func() { require.NoError(t, s.bystander.n.WatchNode("swept", "state")) })
	s.bystander.comesUp()
	s.check(t)
	return s
}

// check makes sure that the link to the bystander is as it was.
func (s *callSweep) check(t *testing.T) {
	t.Helper()
	sum, err := s.bystander.call("swept", "add", 40, 2)
	require.NoError(t, err)
	require.Equal(t, int64(42), sum)
	select {
	case e := <-s.bystander.events:
		t.Fatalf("the bystander's link has changed: %v", e.Args)
	case l := <-s.bystander.lost:
		t.Fatalf("the bystander has lost %v", l)
	default:
	}
}

// victim starts another node.
func (s *callSweep) victim(t *testing.T) *client {
	s.victims++
	return dial(t, node.Config{Name: fmt.Sprint("victim", s.victims), Strangers: true})
}

// probe lets the node call the victim until it answers, and returns how many
// calls have failed and what was reported.
func (s *callSweep) probe(t *testing.T, v *client) (failed int64, said string) {
	t.Helper()
	require.NoError(t, s.bystander.post("swept", "probe", v.n.Name(), v.n.Addr()))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		outcome, err := s.bystander.call("swept", "outcome")
		require.NoError(t, err)
		o := outcome.([]any)
		failed, said = o[1].(int64), said+o[2].(string)
		if o[0].(bool) {
			return failed, said
		}
		require.True(t, time.Now().Before(deadline), "the link does not come back: %d calls failed, %s", failed, said)
	}
}

// connect makes a link to a new victim.
func (s *callSweep) connect(t *testing.T) (failed int64, said string) {
	v := s.victim(t)
	defer v.close()
	return s.probe(t, v)
}

// sockets returns the node's sockets, by the names that strace knows them by.
func (s *callSweep) sockets(t *testing.T) map[string]bool {
	names := map[string]bool{}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.swept.Process.Pid))
	require.NoError(t, err)
	for _, link := range links {
		if name, err := os.Readlink(link); err == nil && strings.HasPrefix(name, "socket:") {
			names[name] = true
		}
	}
	return names
}

// tally counts what a sweep has come to.
type tally struct{ faults, met, lost atomic.Int64 }

func (c *tally) report(t *testing.T) {
	t.Logf("%d faults, %d met, %d with lost calls", c.faults.Load(), c.met.Load(), c.lost.Load())
	require.Positive(t, c.met.Load())
}

// fail runs do while a call fails, and judges what comes of it.
func (s *callSweep) fail(t *testing.T, c *tally, call, name, when string, options []string, do func() (failed int64, said string)) {
	t.Helper()
	var failed int64
	var said string
	inject := fmt.Sprintf("inject=%s:error=%s:when=%s", call, name, when)
	log := syscalltest.Attach(t, s.swept.Process.Pid, append(options, "-e", "trace="+call, "-e", inject), func() { failed, said = do() })
	s.check(t)
	c.faults.Add(1)
	if injected := len(syscalltest.InjectedIn(log)); injected > 0 {
		c.met.Add(1)
		t.Logf("%d system calls and %d of the program's failed; %s", injected, failed, said)
	}
	if failed > 0 {
		c.lost.Add(1)
		require.NotEmpty(t, said, "nothing was reported")
	}
}

// whens returns which of the calls of each thread fail: the first, in the short
// form.
func whens() []string {
	if syscalltest.Long() {
		return []string{"1", "2", "3", "1..4", "2+3"}
	}
	return []string{"1"}
}

// shortly returns the part of a list for the short form.
func shortly(names []string) []string {
	if syscalltest.Long() {
		return names
	}
	return names[:min(1, len(names))]
}

// inTurn runs a test for each call and each of its errors, with a node for each
// call, at the same time.
func inTurn(t *testing.T, calls []string, more map[string][]string, fail func(t *testing.T, s *callSweep, call, name, when string)) {
	t.Run("calls", func(t *testing.T) {
		for _, call := range calls {
			names, known := syscalltest.ErrorsOf(call)
			if !known {
				t.Errorf("it is not known how %s can fail", call)
			}
			if len(names) == 0 {
				continue
			}
			t.Run(call, func(t *testing.T) {
				t.Parallel()
				s := newCallSweep(t)
				for _, name := range shortly(slices.Concat(names, more[call])) {
					for _, when := range whens() {
						t.Run(name+" "+when, func(t *testing.T) { fail(t, s, call, name, when) })
					}
				}
			})
		}
	})
}

// A system call that fails while a link is made costs that link at most, for a
// while, and is reported.
func TestFailingSystemCalls(t *testing.T) {
	s := newCallSweep(t)
	s.connect(t) // the first may open what is kept
	made := syscalltest.CallsIn(syscalltest.Attach(t, s.swept.Process.Pid, nil, func() { s.connect(t) }))
	t.Log(made)
	for _, call := range []string{"read", "write"} { // of the bystander's too: see below
		delete(made, call)
	}
	if !syscalltest.Long() { // Go's net waits then until the connection's time is over
		delete(made, "getpeername")
	}
	var c tally
	inTurn(t, slices.Sorted(maps.Keys(made)), nil, func(t *testing.T, s *callSweep, call, name, when string) {
		s.fail(t, &c, call, name, when, nil, func() (int64, string) { return s.connect(t) })
	})
	c.report(t)
}

// A system call that fails on the connections of a link costs that link at most,
// for a while, and is reported.
func TestFailingCallsOfALink(t *testing.T) {
	more := []string{"ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENOBUFS", "EPERM", "EMFILE", "ENFILE", "ECONNABORTED"}
	var c tally
	inTurn(t, []string{"read", "write"}, map[string][]string{"read": more, "write": more}, func(t *testing.T, s *callSweep, call, name, when string) {
		before := s.sockets(t)
		v := s.victim(t)
		defer v.close()
		s.probe(t, v)
		var options []string
		for socket := range s.sockets(t) {
			if !before[socket] {
				options = append(options, "-P", socket)
			}
		}
		s.fail(t, &c, call, name, when, options, func() (int64, string) { return s.probe(t, v) })
	})
	c.report(t)
}

// Reads that fail from the beginning on cost connections, and the link comes back
// by itself.
func TestFailingReads(t *testing.T) {
	strace := syscalltest.RequireStrace(t)
	for _, errno := range shortly([]string{"ECONNRESET", "EIO", "ENOMEM", "EINTR"}) {
		t.Run(errno, func(t *testing.T) {
			t.Parallel()
			server := nodetest.SpawnUnder(t, []string{strace, "-f", "-qq", "-o", t.TempDir() + "/calls", "-e", "trace=read", "-e", "inject=read:error=" + errno + ":when=20..21"},
				"NODE_TEST_ROLE=server", "NODE_TEST_LISTEN="+nodetest.AnyPort)
			c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
			c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
			deadline := time.Now().Add(time.Minute)
			for answered := 0; answered < enough; answered++ {
				require.True(t, time.Now().Before(deadline), "the server does not come back")
				if _, err := c.call("server", "add", 40, 2); err != nil {
					require.ErrorIs(t, err, node.ErrUnreachable)
					answered = 0
					time.Sleep(20 * time.Millisecond)
				}
			}
		})
	}
}

// notOurs matches what Go's runtime says when it cannot begin, and the loader.
var notOurs = regexp.MustCompile(`(?m)^(fatal error: |runtime: |runtime/)|error while loading shared libraries`)

// A system call that fails while a node starts makes Start return an error, or has
// no effect.
func TestFailingCallsOfStart(t *testing.T) {
	strace := syscalltest.RequireStrace(t)
	calls, places := []string{"socket", "bind", "listen", "setsockopt", "getsockname", "epoll_ctl", "fcntl", "openat", "read", "epoll_pwait"}, 8
	if !syscalltest.Long() {
		calls, places = []string{"socket", "listen", "getsockname", "epoll_ctl"}, 3
	}
	for _, call := range calls {
		names, known := syscalltest.ErrorsOf(call)
		require.True(t, known)
		for _, name := range shortly(names) {
			for at := 1; at <= places; at++ {
				t.Run(fmt.Sprint(call, " ", name, " ", at), func(t *testing.T) {
					t.Parallel()
					log := t.TempDir() + "/calls"
					cmd := exec.Command(strace, "-f", "-qq", "-o", log, "-e", "trace="+call, "-e",
						fmt.Sprintf("inject=%s:error=%s:when=%d", call, name, at), os.Args[0])
					cmd.Env = append(os.Environ(), "NODE_TEST_ROLE=swept")
					var said, out bytes.Buffer
					cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(""), &out, &said // it ends as soon as it has begun
					err := cmd.Run()
					calls, _ := os.ReadFile(log)
					t.Logf("%v; %s%s", err, out.String(), said.String())
					if err != nil && !notOurs.MatchString(said.String()) {
						require.Contains(t, said.String(), "child: ", "%s", calls)
					}
				})
			}
		}
	}
}

package node_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/syscalltest"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// The system calls that a running node makes, the errors that they may give, and
// which of the calls of a thread fail: after those that Start cannot do without.
// Not here are write, since Go's runtime aborts when it cannot write to its own
// eventfd, and close, which the loader needs.
var failures = []struct {
	call, when string
	certain    bool // that some thread makes so many calls
	errors     []string
}{
	{"accept4", "1..2", true, []string{"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EPERM", "EPROTO", "ECONNABORTED", "EIO", "EINTR"}},
	{"epoll_ctl", "6..7", false, []string{"ENOSPC", "ENOMEM"}},
	{"socket", "3..4", true, []string{"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EPERM"}},
	{"connect", "1..2", true, []string{"ECONNREFUSED", "ENOMEM", "EPERM", "EADDRNOTAVAIL", "EIO"}},
	{"setsockopt", "5..8", true, []string{"ENOBUFS", "ENOMEM", "EPERM"}},
	{"read", "20..21", false, []string{"ECONNRESET", "EIO", "ENOMEM"}},
}

// A system call that fails costs a connection at most, and the link to it comes
// back by itself.
func TestFailingSystemCalls(t *testing.T) {
	strace := syscalltest.RequireStrace(t)
	for _, f := range failures {
		for _, errno := range f.errors {
			t.Run(f.call+" "+errno, func(t *testing.T) {
				t.Parallel()
				inject := fmt.Sprintf("inject=%s:error=%s:when=%s", f.call, errno, f.when)
				log := t.TempDir() + "/calls"
				server := nodetest.SpawnUnder(t, []string{strace, "-f", "-qq", "-o", log, "-e", "trace=" + f.call, "-e", inject},
					"NODE_TEST_ROLE=server", "NODE_TEST_LISTEN="+nodetest.AnyPort)
				c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
				c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
				lost := 0
				deadline := time.Now().Add(time.Minute)
				for answered := 0; answered < 20; {
					require.True(t, time.Now().Before(deadline), "the server does not come back")
					if _, err := c.call("server", "add", 40, 2); err != nil {
						require.ErrorIs(t, err, node.ErrUnreachable)
						lost, answered = lost+1, 0
						time.Sleep(20 * time.Millisecond)
						continue
					}
					answered++
				}
				calls, err := os.ReadFile(log)
				require.NoError(t, err)
				injected := bytes.Count(calls, []byte("INJECTED"))
				t.Logf("%s: %d times; %d calls failed meanwhile", inject, injected, lost)
				if f.certain {
					require.Positive(t, injected)
				}
			})
		}
	}
}

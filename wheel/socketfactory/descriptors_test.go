//go:build unix

package socketfactory_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func TestMain(m *testing.M) {
	if os.Getenv("SOCKETFACTORY_FEW_FILES") != "" {
		fewFiles()
		return
	}
	os.Exit(m.Run())
}

// Without descriptors the listener reports it now and then, does not spin, and
// continues when there are some again.
func TestOutOfDescriptors(t *testing.T) {
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "SOCKETFACTORY_FEW_FILES=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, "failed accept EMFILE\nturns are few: true\naccepted\n", string(out))
}

// fewFiles is the program of TestOutOfDescriptors.
func fewFiles() {
	must := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	l, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
	must(err)
	k := kernel.New()
	var hoard []int
	var w *socketfactory.Wheel
	failures := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			w, err = socketfactory.New(k, socketfactory.Config{Listener: l, Events: socketfactory.Names{Success: "accepted", Failure: "failed"}})
			must(err)
			client, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			must(err)
			local := l.LocalAddr().(*net.TCPAddr)
			must(unix.Connect(client, &unix.SockaddrInet4{Port: local.Port, Addr: [4]byte{127, 0, 0, 1}}))
			must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 40, Max: 40}))
			for {
				fd, err := unix.Dup(0)
				if err != nil {
					break
				}
				hoard = append(hoard, fd)
			}
		},
		"failed": func(e kernel.Event) {
			if failures++; failures == 1 {
				fmt.Println("failed", e.Arg(0), map[bool]string{true: "EMFILE"}[e.Arg(1) == int(syscall.EMFILE)])
				k.Delay("release", 250*time.Millisecond)
			}
		},
		"release": func(kernel.Event) {
			fmt.Println("turns are few:", failures <= 4)
			for _, fd := range hoard {
				unix.Close(fd)
			}
		},
		"accepted": func(kernel.Event) {
			fmt.Println("accepted")
			w.Close()
		},
	})
	must(err)
	must(k.Run())
}

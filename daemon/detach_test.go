//go:build unix

package daemon_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/daemon"
)

// roleDetach goes into the background, and there does what args[0] says;
// args[1] is its log.
func roleDetach(args []string) error {
	d, err := daemon.Detach(daemon.DetachConfig{Umask: 0o27, Log: args[1]})
	if err != nil {
		return err
	}
	if d.Parent() {
		fmt.Println("parent of", d.PID())
		return nil
	}
	switch args[0] {
	case "fail":
		d.Fail(errors.New("the port is in use"))
		return nil
	case "die":
		os.Exit(7)
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	sid, err := unix.Getsid(0)
	if err != nil {
		return err
	}
	n, readErr := os.Stdin.Read(make([]byte, 1))
	fmt.Println("dir", wd, "umask", syscall.Umask(0), "leader", sid == os.Getpid(), "input", n, readErr, "pid", os.Getpid() == d.PID(), "env", os.Getenv("POE_DAEMON_DETACHED"))
	return d.Ready()
}

func TestDetach(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p := start(t, "detach", "run", log)
	out, err := p.rest()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(out, "parent of "), out)
	require.NotContains(t, out, fmt.Sprint(p.Process.Pid))
	require.Equal(t, "dir / umask 23 leader true input 0 EOF pid true env \n", read(t, log))
}

func TestDetachTellsOfAFailedStart(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	for how, want := range map[string]string{
		"fail": "daemon: detach: the process in the background says: failed: the port is in use\n",
		"die":  "daemon: detach: the process in the background ended before it was ready: exit status 7\n",
	} {
		out, err := command("detach", how, log).CombinedOutput()
		require.Error(t, err)
		require.Equal(t, want, string(out))
	}
}

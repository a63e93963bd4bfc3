//go:build unix

package daemon_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/daemon"
)

// The daemon is nobody's child, so its end can only be looked for.
const (
	waitLimit = time.Minute
	pollEvery = 5 * time.Millisecond
)

// buildRecipe builds the program of docs/daemon.md.
func buildRecipe(t *testing.T) string {
	t.Helper()
	_, code, found := strings.Cut(read(t, "../docs/daemon.md"), "\n```go\n")
	require.True(t, found)
	code, _, found = strings.Cut(code, "\n```\n")
	require.True(t, found)
	dir := t.TempDir()
	source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "capitals")
	require.NoError(t, os.WriteFile(source, []byte(code+"\n"), 0o600))
	out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

// The recipe detached: its start, its work, a reload, its end.
func TestRecipe(t *testing.T) {
	program := buildRecipe(t)
	dir := t.TempDir()
	pidPath, logPath := filepath.Join(dir, "pid"), filepath.Join(dir, "log")
	c, socket := supervisor(t)
	cmd := exec.Command(program, "-detach", "-pid", pidPath, "-log", logPath, "-port", "0")
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	pid, err := daemon.ReadPIDFile(pidPath)
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	require.Equal(t, "READY=1\n", notice(t, c))

	address := regexp.MustCompile(`serving address=(\S+)`).FindStringSubmatch(read(t, logPath))
	require.NotNil(t, address, read(t, logPath))
	talk := func() {
		conn, err := net.Dial("tcp", address[1])
		require.NoError(t, err)
		defer conn.Close()
		fmt.Fprintln(conn, "quit")
		answer, err := bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "QUIT\r\n", answer)
	}
	talk()

	second, err := exec.Command(program, "-detach", "-pid", pidPath, "-log", logPath, "-port", "0").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(second), fmt.Sprint("held by process ", pid))

	require.NoError(t, syscall.Kill(pid, syscall.SIGHUP))
	require.Contains(t, notice(t, c), "RELOADING=1\n")
	require.Equal(t, "READY=1\n", notice(t, c))
	talk()
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	require.Equal(t, "STOPPING=1\n", notice(t, c))
	require.Eventually(t, func() bool { _, err := os.Stat(pidPath); return err != nil }, waitLimit, pollEvery)
	require.Contains(t, read(t, logPath), "msg=stopped forced=false")
}

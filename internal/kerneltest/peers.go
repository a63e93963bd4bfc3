package kerneltest

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// peersVariable makes a test's program the peers of a server: as many connections, to
// that address, as it says.
const peersVariable = "POE_TEST_PEERS"

// BePeers ends the program, once it is not needed any more, if Connect has started it.
// TestMain calls it first.
func BePeers() {
	if peers := os.Getenv(peersVariable); peers != "" {
		os.Exit(bePeers(peers))
	}
}

// bePeers connects, says so with a byte, and stays until its standard input is closed.
func bePeers(peers string) int {
	text, address, _ := strings.Cut(peers, " ")
	n, _ := strconv.Atoi(text)
	all := make([]net.Conn, n)
	for i := range all {
		var err error
		if all[i], err = net.Dial("tcp", address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	fmt.Print(".")
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, c := range all {
		_ = c.Close()
	}
	return 0
}

// Connect connects so many times to an address, until the test ends, in a process with
// descriptors of its own: the test's program, whose TestMain calls BePeers.
func Connect(t *testing.T, n int, address string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self)
	c.Env, c.Stderr = append(os.Environ(), fmt.Sprintf("%s=%d %s", peersVariable, n, address)), os.Stderr
	in, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = in.Close()
		require.NoError(t, c.Wait())
	})
	_, err = io.ReadFull(out, make([]byte, 1))
	require.NoError(t, err)
}

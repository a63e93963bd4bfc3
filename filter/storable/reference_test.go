package storable_test

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	stdnet "net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter/storable"
)

// peer is the Go end of a conversation with testdata/reference.pl: the frames
// of POE::Filter::Reference on a socket, with nothing of ours but Storable.
type peer struct {
	conn       stdnet.Conn
	in         *bufio.Reader
	compressed bool
}

func (p *peer) send(t *testing.T, v any) {
	t.Helper()
	payload, err := storable.Serializer{}.Freeze(v)
	require.NoError(t, err)
	if p.compressed {
		var buf bytes.Buffer
		z := zlib.NewWriter(&buf)
		_, err := z.Write(payload)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		payload = buf.Bytes()
	}
	_, err = fmt.Fprintf(p.conn, "%d\x00%s", len(payload), payload)
	require.NoError(t, err)
}

func (p *peer) receive(t *testing.T) any {
	t.Helper()
	head, err := p.in.ReadString(0)
	require.NoError(t, err)
	n, err := strconv.Atoi(strings.TrimSuffix(head, "\x00"))
	require.NoError(t, err)
	payload := make([]byte, n)
	_, err = io.ReadFull(p.in, payload)
	require.NoError(t, err)
	if p.compressed {
		z, err := zlib.NewReader(bytes.NewReader(payload))
		require.NoError(t, err)
		payload, err = io.ReadAll(z)
		require.NoError(t, err)
	}
	v, err := storable.Serializer{}.Thaw(payload)
	require.NoError(t, err)
	return v
}

// startPOE runs the Perl program and returns the connection that it makes and
// a function that waits for its end. It skips the test if POE is not there.
func startPOE(t *testing.T, compressed bool, count int) (*peer, func()) {
	t.Helper()
	path, err := exec.LookPath("perl")
	required := os.Getenv("POE_REQUIRED") != ""
	if errors.Is(err, exec.ErrNotFound) && !required {
		t.Skip("no perl on this machine")
	}
	require.NoError(t, err)
	if out, err := exec.Command(path, "-MPOE::Filter::Reference", "-MCompress::Zlib", "-e", "1").CombinedOutput(); err != nil {
		require.False(t, required, "%s", out)
		require.Contains(t, string(out), "Can't locate")
		t.Skip("no POE on this machine")
	}
	l, err := stdnet.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	flag := "0"
	if compressed {
		flag = "1"
	}
	port := strconv.Itoa(l.Addr().(*stdnet.TCPAddr).Port)
	cmd := exec.CommandContext(t.Context(), path, "testdata/reference.pl", port, flag, strconv.Itoa(count))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	exited := make(chan error, 1)
	go func() {
		exited <- cmd.Wait()
		l.Close() // Accept must not wait for a program that has died
	}()
	conn, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute))) // should Perl fall silent
	return &peer{conn, bufio.NewReader(conn), compressed}, func() {
		_, err := conn.Read(make([]byte, 1))
		assert.ErrorIs(t, err, io.EOF)
		require.NoError(t, <-exited, &stderr)
	}
}

func checkGreeting(t *testing.T, v any) {
	t.Helper()
	g := v.(hash)
	assert.Equal(t, list{int64(0), int64(-1), int64(70000), "1099511627776", "0.5"}, g["numbers"])
	assert.Equal(t, list{"", "plain", "☺", "\xff\x00\n"}, g["strings"])
	assert.Equal(t, hash{"a": list{int64(1), hash{"b": list{int64(2), hash{"c": nil}}}}}, g["nested"])
	twice := g["twice"].(list)
	same(t, twice[0], twice[1])
	cycle := g["cycle"].(hash)
	same(t, cycle, cycle["self"])
	assert.Equal(t, blessed("Bank::Account", hash{"balance": int64(42), "tags": list{"x", "y"}}), g["object"])
	assert.Equal(t, ref("referred to"), g["scalar"])
	assert.Equal(t, &storable.Regexp{Pattern: "^a+$", Flags: "i"}, g["pattern"])
}

// TestReferenceFilter talks with a live POE program in both directions.
func TestReferenceFilter(t *testing.T) {
	shared := hash{"x": int64(1)}
	talk := []struct {
		v    any
		dump string
	}{
		{list{int64(1), "two", nil}, `[1,"two",undef]`},
		{hash{"deep": list{hash{"er": list{}}}}, `{"deep" => [{"er" => []}]}`},
		{ref("scalar ☺"), `\"scalar \x{263a}"`},
		{blessed("My::Class", hash{"id": int64(70000)}), `bless( {"id" => 70000}, 'My::Class' )`},
		{list{shared, shared}, `[{"x" => 1},$VAR1->[0]]`},
		{list{strings.Repeat("long ", 20000)}, `["` + strings.Repeat("long ", 20000) + `"]`},
	}
	for _, compressed := range []bool{false, true} {
		t.Run(fmt.Sprintf("compressed=%t", compressed), func(t *testing.T) {
			p, wait := startPOE(t, compressed, len(talk))
			checkGreeting(t, p.receive(t))
			for i, turn := range talk {
				p.send(t, turn.v)
				answer := p.receive(t).(hash)
				assert.Equal(t, int64(i+1), answer["n"])
				assert.Equal(t, turn.dump, answer["dump"])
				assert.Equal(t, turn.v, answer["echo"])
			}
			wait()
		})
	}
}

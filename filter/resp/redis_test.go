package resp_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/resp"
)

// find looks for one of Redis' programs; without it there is nothing to test,
// which POE_REQUIRED does not put up with.
func find(t *testing.T, program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// conn speaks RESP over a connection.
type conn struct {
	t *testing.T
	net.Conn
	buf *filter.Buffer
}

func newConn(t *testing.T, c net.Conn, f filter.Filter) *conn {
	t.Cleanup(func() { c.Close() })
	return &conn{t, c, filter.NewBuffer(f)}
}

// read returns the next record, or false at the end of the connection.
func (c *conn) read() (any, bool) {
	chunk := make([]byte, 4096)
	for {
		recs, err := c.buf.GetOne()
		require.NoError(c.t, err)
		if len(recs) > 0 {
			return recs[0], true
		}
		n, err := c.Read(chunk)
		if err != nil {
			return nil, false
		}
		require.NoError(c.t, c.buf.GetOneStart(chunk[:n]))
	}
}

func (c *conn) put(recs ...any) {
	messages, err := c.buf.Put(recs...)
	require.NoError(c.t, err)
	for _, message := range messages {
		_, err := c.Write(message)
		require.NoError(c.t, err)
	}
}

// do sends a command and returns the reply.
func (c *conn) do(command ...string) any {
	c.put(command)
	reply, ok := c.read()
	require.True(c.t, ok)
	return reply
}

// TestRedisServer is a client of the real server.
func TestRedisServer(t *testing.T) {
	program := find(t, "redis-server")
	socket := filepath.Join(t.TempDir(), "redis.sock")
	server := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections at") &&
		!strings.Contains(lines.Text(), "The server is now ready") {
	}
	socketConn, err := net.Dial("unix", socket)
	require.NoError(t, err)
	f, err := resp.New(resp.Config{Protocol: 3})
	require.NoError(t, err)
	c := newConn(t, socketConn, f)

	big := strings.Repeat("\x00\r\n", 100_000)
	assert.Equal(t, resp.Simple("PONG"), c.do("PING"))
	assert.Equal(t, resp.Simple("OK"), c.do("SET", "k", big))
	assert.Equal(t, big, c.do("GET", "k"))
	assert.Nil(t, c.do("GET", "none"))
	assert.Equal(t, int64(3), c.do("RPUSH", "list", "a", "b", "c"))
	assert.Equal(t, []any{"a", "b", "c"}, c.do("LRANGE", "list", "0", "-1"))
	failure, ok := c.do("GET", "list").(resp.ErrorReply)
	assert.True(t, ok)
	assert.Equal(t, "WRONGTYPE", failure.Code())
	assert.Equal(t, int64(2), c.do("HSET", "h", "f", "1", "g", "2"))
	assert.Equal(t, []any{"f", "1", "g", "2"}, c.do("HGETALL", "h"), "RESP2 has no maps")

	hello, ok := c.do("HELLO", "3").(resp.Map)
	require.True(t, ok)
	proto, _ := hello.Get("proto")
	assert.Equal(t, int64(3), proto)
	assert.Equal(t, resp.Map{{Key: "f", Value: "1"}, {Key: "g", Value: "2"}}, c.do("HGETALL", "h"))
	assert.Equal(t, int64(1), c.do("SADD", "s", "m"))
	assert.Equal(t, resp.Set{"m"}, c.do("SMEMBERS", "s"))
	c.do("ZADD", "z", "1.5", "m")
	assert.Equal(t, 1.5, c.do("ZSCORE", "z", "m"))
	assert.Equal(t, resp.Push{"subscribe", "channel", int64(1)}, c.do("SUBSCRIBE", "channel"))
	assert.Equal(t, true, c.do("EVAL", "redis.setresp(3); return true", "0"))
	verbatim, ok := c.do("LOLWUT").(resp.Verbatim)
	assert.True(t, ok)
	assert.Equal(t, "txt", verbatim.Format)
}

// TestRedisCLI serves the real client.
func TestRedisCLI(t *testing.T) {
	program := find(t, "redis-cli")
	socket := filepath.Join(t.TempDir(), "poe.sock")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer listener.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		accepted, err := listener.Accept()
		if err != nil {
			return
		}
		f := newFilter(resp.Config{Inline: true})()
		serve(newConn(t, accepted, f), f.(*resp.Filter))
	}()
	client := exec.Command(program, "-s", socket, "-3")
	client.Stdin = strings.NewReader("GET a\nHGETALL h\nNONE\nDOUBLE\nECHO \"two words\"\n")
	out, err := client.CombinedOutput()
	require.NoError(t, err, string(out))
	listener.Close()
	<-served
	assert.Equal(t, "value of a\nf 1\nERR unknown command\n\n0.5\ntwo words\n", string(out))
}

// serve answers until the client has gone.
func serve(c *conn, f *resp.Filter) {
	for {
		rec, ok := c.read()
		if !ok {
			return
		}
		command := rec.([]any)
		switch command[0] {
		case "HELLO":
			f.SetProtocol(3)
			c.put(resp.Map{{Key: "server", Value: "poe"}, {Key: "proto", Value: 3}})
		case "GET":
			c.put("value of " + command[1].(string))
		case "HGETALL":
			c.put(resp.Map{{Key: "f", Value: 1}})
		case "DOUBLE":
			c.put(0.5)
		case "ECHO":
			c.put(command[1])
		default:
			c.put(resp.ErrorReply("ERR unknown command"))
		}
	}
}

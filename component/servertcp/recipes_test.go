package servertcp_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// The recipes of docs/servertcp.md.

// room is a chat room; it lives on the kernel's goroutine and needs no lock.
type room struct{ members []*servertcp.Client }

func (r *room) say(from *servertcp.Client, line string) {
	for _, m := range r.members {
		if m != from {
			m.Put(line)
		}
	}
}

func (r *room) leave(c *servertcp.Client) {
	for i, m := range r.members {
		if m == c {
			r.members = append(r.members[:i], r.members[i+1:]...)
			return
		}
	}
}

func TestRecipeChat(t *testing.T) {
	chat := &room{}
	r := run(t, servertcp.Config{
		ClientConnected:    func(c *servertcp.Client) { chat.members = append(chat.members, c); c.Put("welcome") },
		ClientInput:        servertcp.Input(chat.say),
		ClientDisconnected: chat.leave,
		Limits:             servertcp.Limits{Output: 1 << 20}, // one who does not read must not fill the memory
	})
	a, b, c := r.dial(), r.dial(), r.dial()
	for _, p := range []*peer{a, b, c} {
		p.want("welcome")
	}
	a.send("hello all\n")
	b.want("hello all")
	c.want("hello all")
	b.Close()
	c.send("hello a\n")
	a.want("hello a")
}

// A proxy gives every connection a client of its own; both pass bytes on.
func TestRecipeProxy(t *testing.T) {
	behind := run(t, servertcp.Config{})
	target := behind.l.Addr().(*net.TCPAddr)
	raw := func() filter.Filter { return filter.NewStream() }
	type link struct {
		far   *clienttcp.Client
		early []any // what came before the far side was connected
	}
	front := run(t, servertcp.Config{
		ClientFilter: raw,
		ClientConnected: func(c *servertcp.Client) {
			l := &link{}
			c.Heap = l
			var err error
			l.far, err = clienttcp.New(c.Kernel, clienttcp.Config{
				RemoteAddress: target.IP.String(), RemotePort: target.Port, Filter: raw,
				Connected:    func(far *clienttcp.Client) { far.Put(l.early...); l.early = nil },
				ServerInput:  clienttcp.Input(func(_ *clienttcp.Client, data string) { c.Put(data) }),
				ServerError:  func(*clienttcp.Client, *kernel.OpError) { c.Shutdown() },
				ConnectError: func(*clienttcp.Client, *kernel.OpError) { c.Shutdown() },
			})
			require.NoError(t, err)
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, data string) {
			if l := c.Heap.(*link); l.far.Connected {
				l.far.Put(data)
			} else {
				l.early = append(l.early, data)
			}
		}),
		ClientDisconnected: func(c *servertcp.Client) { c.Heap.(*link).far.Shutdown() },
	})
	p := front.dial()
	p.send("through\n")
	p.want("through")
	p.Close()
	front.stop()
}

func TestRecipeHTTP(t *testing.T) {
	r := run(t, servertcp.Config{
		ClientFilter: func() filter.Filter {
			f, err := httpd.New(httpd.Config{})
			require.NoError(t, err)
			return f
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, record any) {
			reply := &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
			switch r := record.(type) {
			case *http.Response: // the answer to a request that was none
				reply = r
			case *http.Request:
				text := "you asked for " + r.URL.Path
				reply.Header.Set("Connection", "close")
				reply.Header.Set("Content-Length", fmt.Sprint(len(text)))
				reply.Body = io.NopCloser(strings.NewReader(text))
			}
			c.Put(reply)
			c.Shutdown()
		}),
	})
	got, err := http.Get("http://" + r.addr + "/page")
	require.NoError(t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, "you asked for /page", string(text))
	bad := r.dial()
	bad.send("nonsense\r\n\r\n")
	line, err := bad.r.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, " 400 ")
}

func TestRecipeUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	r := run(t, servertcp.Config{Domain: socketfactory.Unix, Address: path})
	p := dialTo(t, "unix", path)
	p.send("local\n")
	p.want("local")
	p.Close()
	r.stop()
}

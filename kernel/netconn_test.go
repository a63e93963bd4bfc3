package kernel_test

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// twoWay are kinds of handles that go both ways.
func twoWay() map[string]func(t testing.TB) ends {
	kinds := map[string]func(t testing.TB) ends{
		"memory": func(testing.TB) ends {
			a, b := poetest.NewPair(poetest.PairConfig{Buffer: 1000})
			return ends{a, b}
		},
	}
	for kind, ends := range makers {
		if !strings.Contains(kind, "ipe") || kind == "net.Pipe" {
			kinds[kind] = ends
		}
	}
	return kinds
}

// Handles that have served a kernel become connections, over which a long
// conversation goes encrypted; what was read early comes first.
func TestNetConnCarriesTLS(t *testing.T) {
	serverTLS, clientTLS := tlsConfigs(t)
	for kind, ends := range twoWay() {
		for _, watched := range []bool{false, true} {
			name := kind + map[bool]string{true: ", watched before"}[watched]
			t.Run(name, func(t *testing.T) {
				onLoops(t, func(t *testing.T, k *kernel.Kernel) {
					p := ends(t)
					var early []byte
					if watched {
						early = exchange(t, k, p)
					}
					a, err := p.read.NetConn(nil)
					require.NoError(t, err)
					b, err := p.write.NetConn(early)
					require.NoError(t, err)
					_, err = p.read.NetConn(nil)
					assert.Error(t, err)
					if watched {
						got := [5]byte{}
						_, err = io.ReadFull(b, got[:])
						require.NoError(t, err)
						require.Equal(t, "early", string(got[:]))
					}
					server, client := tls.Server(a, serverTLS), tls.Client(b, clientTLS)
					converse(t, server, client)
					assert.NoError(t, a.Close())
					assert.NoError(t, b.Close())
				})
			})
		}
	}
}

// exchange uses the handles with the kernel: the first sends, the second reads.
func exchange(t *testing.T, k *kernel.Kernel, p ends) (read []byte) {
	runSession(t, k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.SelectRead(p.write, "readable"))
			require.NoError(t, e.Kernel.SelectRead(p.read, "nothing"))
			_, err := p.read.Write([]byte("early"))
			require.NoError(t, err)
		},
		"readable": func(e kernel.Event) {
			buf := make([]byte, 10)
			n, err := p.write.Read(buf)
			if err == kernel.ErrWouldBlock {
				return
			}
			require.NoError(t, err)
			if read = append(read, buf[:n]...); len(read) == 5 {
				e.Kernel.SelectClear(p.read)
				e.Kernel.SelectClear(p.write)
			}
		},
	})
	return read
}

// converse echoes much more than any buffer holds.
func converse(t *testing.T, server, client net.Conn) {
	const size = 300_000
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := io.Copy(server, io.LimitReader(server, size))
		assert.NoError(t, err)
	})
	wg.Go(func() {
		_, err := client.Write([]byte(strings.Repeat("0123456789", size/10)))
		assert.NoError(t, err)
	})
	got, err := io.ReadAll(io.LimitReader(client, size))
	assert.NoError(t, err)
	wg.Wait()
	assert.Equal(t, strings.Repeat("0123456789", size/10), string(got))
}

// Waiting ends with a deadline, which can be moved, and with Close.
func TestNetConnDeadlines(t *testing.T) {
	for kind, ends := range twoWay() {
		t.Run(kind, func(t *testing.T) {
			p := ends(t)
			defer p.write.Close()
			c, err := p.read.NetConn(nil)
			require.NoError(t, err)
			assert.NotNil(t, c.LocalAddr())
			assert.NotNil(t, c.RemoteAddr())
			one := []byte{1}
			require.NoError(t, c.SetDeadline(time.Now().Add(-time.Second)))
			_, err = c.Read(one)
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			_, err = c.Write(one)
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Millisecond)))
			_, err = c.Read(one)
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, c.SetWriteDeadline(time.Now().Add(time.Millisecond)))
			for err = nil; err == nil; {
				_, err = c.Write([]byte(strings.Repeat("x", 1<<16))) // nobody reads
			}
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, c.SetDeadline(time.Now().Add(time.Hour)))
			require.NoError(t, c.SetDeadline(time.Time{}))
			failed := chanOf(func() error { _, err := c.Read(one); return err })
			require.NoError(t, c.Close())
			assert.Error(t, <-failed)
			_, err = c.Read(one)
			assert.Error(t, err)
		})
	}
}

func chanOf(f func() error) chan error {
	c := make(chan error)
	go func() { c <- f() }()
	return c
}

// The end of one half is the end of the stream for the other side.
func TestNetConnHalves(t *testing.T) {
	for kind, ends := range twoWay() {
		if kind == "net.Pipe" { // it has no halves
			continue
		}
		t.Run(kind, func(t *testing.T) {
			p := ends(t)
			a, err := p.read.NetConn([]byte("early"))
			require.NoError(t, err)
			b, err := p.write.NetConn(nil)
			require.NoError(t, err)
			require.NoError(t, b.(interface{ CloseWrite() error }).CloseWrite())
			all, err := io.ReadAll(a)
			require.NoError(t, err)
			assert.Equal(t, "early", string(all))
			require.NoError(t, a.(interface{ CloseWrite() error }).CloseWrite())
			_, err = b.Read(make([]byte, 1))
			assert.ErrorIs(t, err, io.EOF)
			assert.NoError(t, a.Close())
			assert.NoError(t, b.Close())
		})
	}
}

package kernel_test

import (
	"fmt"
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// oneByOne is a socket that reads and writes one datagram at a time, as all do
// on systems without calls for many.
type oneByOne struct {
	kernel.Source
	h *kernel.Handle
}

func (s oneByOne) LocalAddr() net.Addr  { return s.h.LocalAddr() }
func (s oneByOne) RemoteAddr() net.Addr { return s.h.RemoteAddr() }

func (s oneByOne) ReadFrom(p []byte) (int, netip.AddrPort, error) { return s.h.ReadFrom(p) }

func (s oneByOne) WriteTo(p []byte, to netip.AddrPort) (int, error) { return s.h.WriteTo(p, to) }

func (oneByOne) Ready() kernel.ReadySet { return kernel.ReadySet{Read: true, Write: true} }
func (oneByOne) Bind(func())            {}

// sockets are the ways to make a socket for datagrams.
var sockets = map[string]func(t testing.TB, address string) *kernel.Handle{
	"packet conn": func(t testing.TB, address string) *kernel.Handle {
		c, err := net.ListenPacket("udp", address)
		require.NoError(t, err)
		return kernel.PacketConn(c)
	},
}

// Many datagrams go to several peers with one call and come with few, in their
// order, an empty one and one that is cut among them.
func TestBatches(t *testing.T) {
	for kind, open := range sockets {
		for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
			t.Run(kind+" "+address, func(t *testing.T) {
				onLoops(t, func(t *testing.T, k *kernel.Kernel) { testBatches(t, k, open, address) })
			})
		}
	}
}

func testBatches(t *testing.T, k *kernel.Kernel, open func(testing.TB, string) *kernel.Handle, address string) {
	const each = 150
	from := open(t, address)
	defer from.Close()
	peers := []*kernel.Handle{open(t, address), open(t, address)}
	var batch []kernel.Datagram
	for i := range 2 * each {
		text := fmt.Sprint(i / 2)
		switch i / 2 {
		case 3:
			text = ""
		case 4:
			text = "far too long for the room"
		}
		batch = append(batch, kernel.Datagram{Data: []byte(text), Peer: addrPort(peers[i%2].LocalAddr())})
	}
	got := make([][]string, 2)
	runSession(t, k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i, p := range peers {
				defer e.Kernel.SelectRead(p, "readable", i)
			}
			e.Kernel.Yield("send")
		},
		"send": func(e kernel.Event) {
			n, err := from.WriteBatch(batch)
			if batch = batch[n:]; len(batch) > 0 {
				require.ErrorIs(t, err, kernel.ErrWouldBlock)
				e.Kernel.Yield("send")
			}
		},
		"readable": func(e kernel.Event) {
			h, i := kernel.Arg[*kernel.Handle](e, 0), kernel.Arg[int](e, 2)
			room := make([]kernel.Datagram, 40)
			for i := range room {
				room[i].Data = make([]byte, 1, 4)
			}
			n, err := h.ReadBatch(room)
			if n == 0 {
				require.ErrorIs(t, err, kernel.ErrWouldBlock)
				return
			}
			require.NoError(t, err)
			for _, d := range room[:n] {
				assert.Equal(t, addrPort(from.LocalAddr()), d.Peer)
				got[i] = append(got[i], string(d.Data))
			}
			if len(got[i]) == each {
				require.NoError(t, h.Close())
			}
		},
	})
	for i := range got {
		require.Len(t, got[i], each)
		assert.Equal(t, []string{"0", "1", "2", "", "far ", "5"}, got[i][:6])
		assert.Equal(t, fmt.Sprint(each-1), got[i][each-1])
	}
}

func addrPort(a net.Addr) netip.AddrPort { return a.(*net.UDPAddr).AddrPort() }

// A batch stops before the datagram that cannot be sent, and says why.
func TestBatchStopsAtAnError(t *testing.T) {
	for kind, open := range sockets {
		t.Run(kind, func(t *testing.T) {
			a, b := open(t, "127.0.0.1:0"), open(t, "127.0.0.1:0")
			defer a.Close()
			defer b.Close()
			to := addrPort(b.LocalAddr())
			nowhere := netip.AddrPort{} // and a is not connected
			n, err := a.WriteBatch([]kernel.Datagram{{Data: []byte("x"), Peer: to}, {Data: []byte("y"), Peer: nowhere}, {Data: []byte("z"), Peer: to}})
			assert.Error(t, err)
			assert.Equal(t, 1, n)
			n, err = a.WriteBatch(nil)
			assert.Zero(t, n)
			assert.NoError(t, err)
			n, err = b.ReadBatch(nil)
			assert.Zero(t, n)
			assert.NoError(t, err)
			require.NoError(t, a.Close())
			_, err = a.ReadBatch(nil)
			assert.Error(t, err)
			_, err = a.WriteBatch(nil)
			assert.Error(t, err)
		})
	}
}

// BenchmarkBatches sends and receives 64 datagrams of 64 bytes.
func BenchmarkBatches(b *testing.B) {
	for kind, open := range sockets {
		if kind == "packet conn" {
			continue
		}
		b.Run(kind, func(b *testing.B) {
			from, to := open(b, "127.0.0.1:0"), open(b, "127.0.0.1:0")
			defer from.Close()
			defer to.Close()
			out, in := make([]kernel.Datagram, 64), make([]kernel.Datagram, 64)
			for i := range out {
				out[i] = kernel.Datagram{Data: make([]byte, 64), Peer: addrPort(to.LocalAddr())}
				in[i].Data = make([]byte, 64)
			}
			b.ReportAllocs()
			for b.Loop() {
				if n, err := from.WriteBatch(out); n != 64 {
					b.Fatal(n, err)
				}
				for left := 64; left > 0; {
					n, err := to.ReadBatch(in)
					if left -= n; err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

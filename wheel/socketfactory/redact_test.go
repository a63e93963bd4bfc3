package socketfactory_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// mask overwrites a secret as a program does with Recording.Redact.
func mask(_ string, data []byte) {
	if i := bytes.Index(data, []byte("hunter2")); i >= 0 {
		copy(data[i:], "*******")
	}
}

// A datagram is recorded as Redact leaves it, which a replay shows; the program of the
// recorded run gets it as it came. So it is for datagrams that are read one at a time,
// and for several at once.
func TestDatagramsAreRedacted(t *testing.T) {
	for _, way := range []string{"single", "batch"} {
		t.Run(way, func(t *testing.T) {
			got, live := "", true
			program := func(k *kernel.Kernel) {
				var w *socketfactory.Wheel
				session.Inline(k, session.Funcs{
					"_start": func(e kernel.Event) {
						var err error
						w, err = socketfactory.New(k, socketfactory.Config{
							Type: socketfactory.Datagram, BindAddress: "127.0.0.1",
							Events: socketfactory.Names{Success: "made", Failure: "failed"},
						})
						require.NoError(t, err)
					},
					"made": func(e kernel.Event) {
						h := kernel.Arg[*kernel.Handle](e, 0)
						at := h.LocalAddr().String()
						w.Close()
						require.NoError(t, k.SelectRead(h, "readable"))
						if live {
							peer, err := net.Dial("udp", at)
							require.NoError(t, err)
							defer peer.Close()
							_, err = peer.Write([]byte("password hunter2"))
							require.NoError(t, err)
						}
					},
					"readable": func(e kernel.Event) {
						h, buf := kernel.Arg[*kernel.Handle](e, 0), make([]byte, 100)
						var n int
						var err error
						if way == "batch" {
							room := []kernel.Datagram{{Data: buf[:0]}}
							_, err = h.ReadBatch(room)
							buf, n = room[0].Data, len(room[0].Data)
						} else {
							n, _, err = h.ReadFrom(buf)
						}
						require.NoError(t, err)
						got = string(buf[:n])
						k.SelectClear(h)
					},
				})
			}
			var file bytes.Buffer
			k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: &file, Redact: mask}})
			program(k)
			require.NoError(t, k.Run())
			require.Equal(t, "password hunter2", got)

			live = false
			replay := &kernel.Replay{From: &file}
			k = kernel.New(kernel.Options{Replay: replay})
			program(k)
			require.NoError(t, k.Run())
			require.True(t, replay.Result().Equal)
			require.Equal(t, "password *******", got)
		})
	}
}

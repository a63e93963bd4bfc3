package ikc_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/filter/storable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// FuzzPeer is whatever a peer may send, from the first line on. Nothing of it
// reaches an event that is not published, and nothing is left of it.
func FuzzPeer(f *testing.F) {
	const setup = "SETUP KERNEL=a;FREEZER=Storable\r\n"
	frame := func(v any) string {
		data, err := storable.Marshal(v)
		require.NoError(f, err)
		return fmt.Sprintf("%d\x00%s", len(data), data)
	}
	f.Add([]byte("HELLO\r\nOK\r\nOK\r\nOK\r\nIAM a\r\nDONE\r\nFREEZER Storable\r\nWORLD\r\n"))
	for _, c := range spoiltNegotiations {
		if len(c.lines) < 1000 {
			f.Add([]byte(c.lines))
		}
	}
	for _, c := range spoiltMessages {
		f.Add([]byte(setup + frame(c.value)))
	}
	f.Add([]byte(setup + frame(map[string]any{"event": "poe:/chat/said", "params": 1, "rsvp": "poe:/IKC/x", "from": "poe:/x/IKC:proxy"})))
	f.Fuzz(func(t *testing.T, sent []byte) {
		k := poetest.New(t, kernel.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		r, err := ikc.Start(k, ikc.Config{Name: "Go", MaxMessage: 1 << 16})
		require.NoError(t, err)
		l := poetest.Listen(netip.MustParseAddrPort("127.0.0.1:1"))
		_, err = r.Listen(ikc.ServerConfig{Listener: l.Handle()})
		require.NoError(t, err)
		peer, err := l.Dial()
		require.NoError(t, err)
		_, err = session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.AliasSet("chat"))
				require.NoError(t, e.Kernel.Delay("over", time.Second))
				_, _ = peer.Write(sent) // as much as there is space for
			},
			"said": func(e kernel.Event) {
				require.NoError(t, e.Kernel.Post(e.Sender, "back", e.Args...))
				e.Return(e.Arg(0))
			},
			"secret": func(kernel.Event) { t.Error("reached") },
			"over":   func(kernel.Event) { r.Shutdown(); peer.Close() },
		})
		require.NoError(t, err)
		require.NoError(t, r.Publish("chat", "said"))
		require.NoError(t, k.Run())
	})
}

package stompclient_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/stompclient"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// FuzzBroker has a broker say anything: the client neither panics nor leaves
// anything behind.
func FuzzBroker(f *testing.F) {
	f.Add([]byte("CONNECTED\nversion:1.2\nheart-beat:1,1\n\n\x00MESSAGE\nsubscription:1\nack:a\n\nbody\x00"))
	f.Add([]byte("CONNECTED\nheart-beat:99999999999,x\n\n\x00RECEIPT\nreceipt-id:poe-1\n\n\x00RECEIPT\nreceipt-id:poe-goodbye\n\n\x00"))
	f.Add([]byte("CONNECTED\n\n\x00MESSAGE\ndestination:/a\n\n\x00ERROR\nreceipt-id:poe-1\n\n\x00"))
	f.Fuzz(func(t *testing.T, said []byte) {
		clock := &poetest.Clock{}
		k := poetest.New(t, kernel.Options{Clock: clock})
		var peers []*kernel.Handle
		client, err := stompclient.New(k, stompclient.Config{
			Error: func(error) {},
			Dial: func(d *clienttcp.Dialing) {
				near, far := poetest.Pair()
				peers = append(peers, far)
				_, _ = far.Write(said) // as much as there is space for
				d.Complete(near, nil)
			},
		})
		require.NoError(t, err)
		_, err = session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				_ = e.Post(kernel.Alias("stomp-client"), "subscribe", stompclient.Subscription{Destination: "/a", Event: "heard", Ack: stompclient.Client})
				_ = e.Post(kernel.Alias("stomp-client"), "send", stompclient.Send{Destination: "/a", Event: "stored"})
			},
			"heard":  func(e kernel.Event) { _ = e.Post(kernel.Alias("stomp-client"), "ack", stompclient.MessageOf(e)) },
			"stored": func(kernel.Event) {},
		})
		require.NoError(t, err)
		_, err = poetest.RunFor(k, clock, 3*time.Second)
		require.NoError(t, err)
		client.Shutdown()
		require.NoError(t, k.Run())
		for _, h := range peers {
			_ = h.Close()
		}
	})
}

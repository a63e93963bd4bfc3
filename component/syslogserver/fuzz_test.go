package syslogserver_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// FuzzServer lets senders send anything, as a stream that ends somewhere and as a
// datagram.
func FuzzServer(f *testing.F) {
	f.Add([]byte("<34>Oct 11 22:14:15 host su[7]: one\n42 <165>1 - host app 8 ID [a b=\"c\"] two\nlines"), false)
	f.Add([]byte("<13>1 2003-10-11T22:14:15.003Z h a p m [x@1 a=\"\\]\"][y] \xef\xbb\xbfä\x00"), true)
	f.Add([]byte("99999999999 x\n\x00\xff"), true)
	f.Fuzz(func(t *testing.T, said []byte, reset bool) {
		at, k, clock, s, _ := inMemory(t, syslogserver.Config{MaxLength: 1000})
		c := at.Talk(t, k, clock)
		c.Write(said)
		run(t, k, clock, time.Second)
		if reset {
			c.Reset()
		} else {
			c.CloseWrite()
		}
		run(t, k, clock, time.Second)
		s.Shutdown()
		require.NoError(t, k.Run())

		k = poetest.New(t, kernel.Options{Clock: clock})
		network := &kerneltest.Packets{}
		s, err := syslogserver.New(k, syslogserver.Config{Type: "udp", Handle: network.Handle(), MaxLength: 1000})
		require.NoError(t, err)
		network.Deliver(said, netip.MustParseAddrPort("192.0.2.7:514"))
		run(t, k, clock, time.Second)
		require.Zero(t, network.Waiting())
		s.Shutdown()
		require.NoError(t, k.Run())
	})
}

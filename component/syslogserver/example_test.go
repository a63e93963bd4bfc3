package syslogserver_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/internal/kerneltest"
)

// A collector that counts what is urgent. A datagram in memory takes the place of the
// network.
func Example() {
	k := poe.New()
	network := &kerneltest.Packets{}
	server, err := syslogserver.New(k, syslogserver.Config{Type: "udp", Handle: network.Handle()})
	if err != nil {
		fmt.Println(err)
		return
	}
	urgent := 0
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.Post(poe.Alias("syslogd"), "register", syslogserver.Registration{InputEvent: "logged", ErrorEvent: "refused"})
			e.Yield("send")
		},
		"send": func(e poe.Event) {
			for _, text := range []string{"<34>Oct 11 22:14:15 gate su[7]: failed for ann", "<13>1 - gate app - - - all is well", "<13>1 what is this?"} {
				network.Deliver([]byte(text), netip.MustParseAddrPort("192.0.2.7:514"))
			}
			e.Delay("report", 100*time.Millisecond)
		},
		"logged": func(e poe.Event) {
			m := syslogserver.MessageOf(e)
			if m.Severity <= syslog.Critical {
				urgent++
			}
			fmt.Println(m.From, m.Hostname, m.AppName, m.Text)
		},
		"refused": func(e poe.Event) { fmt.Println(syslogserver.ErrorOf(e)) },
		"report": func(poe.Event) {
			fmt.Println(urgent, "urgent")
			server.Shutdown()
		},
	})
	fmt.Println(k.Run())
	// Output:
	// 192.0.2.7:514 gate su failed for ann
	// 192.0.2.7:514 gate app all is well
	// syslogserver: from 192.0.2.7:514: filter: Syslog: decode: header of RFC 5424 is incomplete or wrong
	// 1 urgent
	// <nil>
}

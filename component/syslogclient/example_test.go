package syslogclient_test

import (
	"fmt"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/syslogclient"
	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/poetest"

	"net/netip"
)

// A collector and a program that logs to it, on a network in memory.
func Example() {
	k := poe.New()
	network := poetest.Listen(netip.AddrPort{})
	server, err := syslogserver.New(k, syslogserver.Config{Type: "tcp", Handle: network.Handle()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := syslogclient.New(k, syslogclient.Config{
		Type: "tcp", AppName: "disks", Dial: func(d *clienttcp.Dialing) { d.Complete(network.Dial()) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.Post(poe.Alias("syslogd"), "register", "InputEvent", "logged")
			e.Post(poe.Alias("syslog"), "send", syslog.Warning, "the disk is nearly full")
		},
		"logged": func(e poe.Event) {
			m := syslogserver.MessageOf(e)
			fmt.Println(m.AppName, m.Severity == syslog.Warning, m.Text)
			client.Shutdown()
			server.Shutdown()
		},
	})
	fmt.Println(k.Run())
	// Output:
	// disks true the disk is nearly full
	// <nil>
}

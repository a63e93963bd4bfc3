package clientdns_test

import (
	"fmt"
	"net/netip"
	"os"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A session asks for a name that is in the file of hosts.
func Example() {
	file, err := os.CreateTemp("", "hosts")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	fmt.Fprintln(file, "192.0.2.1 printer")
	k := kernel.New()
	_, err = clientdns.New(k, clientdns.Config{
		HostsFile:   file.Name(),
		Nameservers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = e.Kernel.Post(kernel.Alias("resolver"), "resolve", clientdns.Request{Host: "printer", Type: dns.TypeA, Event: "got"})
		},
		"got": func(e kernel.Event) {
			a := clientdns.AnswerOf(e)
			fmt.Println(a.Host, a.Addrs(), a.Err)
			_ = e.Kernel.Post(kernel.Alias("resolver"), "shutdown")
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k.Run())
	// Output:
	// printer [192.0.2.1] <nil>
	// <nil>
}

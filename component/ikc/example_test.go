package ikc_test

import (
	"fmt"
	"net"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// The other kernel could as well be a program in Perl.
func Example() {
	server, client := kernel.New(), kernel.New()
	there, err := ikc.Start(server, ikc.Config{Name: "Pulse"})
	if err != nil {
		panic(err)
	}
	listening, err := there.Listen(ikc.ServerConfig{Address: "127.0.0.1"})
	if err != nil {
		panic(err)
	}
	if err := there.Publish("timeserver", "time", "stop"); err != nil {
		panic(err)
	}
	_, err = session.Inline(server, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.AliasSet("timeserver") },
		"time":   func(e kernel.Event) { e.Return("tea time") },
		"stop":   func(e kernel.Event) { e.Kernel.Post(kernel.Alias("IKC"), "shutdown") },
	})
	if err != nil {
		panic(err)
	}

	here, err := ikc.Start(client, ikc.Config{Name: "Watch"})
	if err != nil {
		panic(err)
	}
	_, err = session.Inline(client, session.Funcs{
		"_start": func(e kernel.Event) {
			here.Monitor("Pulse", ikc.Watch{Register: "connected", Unregister: "gone"})
			here.Connect(ikc.ClientConfig{Address: "127.0.0.1", Port: listening.Addr().(*net.TCPAddr).Port})
		},
		"connected": func(kernel.Event) { here.Call("poe://Pulse/timeserver/time", nil, "got_time") },
		"got_time": func(e kernel.Event) {
			fmt.Println(e.Arg(0))
			e.Kernel.Post(ikc.URL("poe://Pulse/timeserver"), "stop")
		},
		"gone": func(e kernel.Event) { fmt.Println(kernel.Arg[ikc.Notice](e, 0).Kernel, "is gone") },
	})
	if err != nil {
		panic(err)
	}
	go server.Run()
	if err := client.Run(); err != nil {
		panic(err)
	}
	// Output:
	// tea time
	// Pulse is gone
}

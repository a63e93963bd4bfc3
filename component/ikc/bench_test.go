package ikc_test

import (
	"net"
	"testing"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// BenchmarkPost is one post between two kernels over loopback, a thousand at a
// time.
func BenchmarkPost(b *testing.B) {
	a, z := kernel.New(), kernel.New()
	from, err := ikc.Start(a, ikc.Config{Name: "a"})
	if err != nil {
		b.Fatal(err)
	}
	to, err := ikc.Start(z, ikc.Config{Name: "z"})
	if err != nil {
		b.Fatal(err)
	}
	server, err := to.Listen(ikc.ServerConfig{Address: "127.0.0.1"})
	if err != nil {
		b.Fatal(err)
	}
	if err := to.Publish("sink", "take"); err != nil {
		b.Fatal(err)
	}
	left := b.N
	_, err = session.Inline(z, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.AliasSet("sink") },
		"take": func(e kernel.Event) {
			if left--; left%1000 == 0 {
				e.Kernel.Post(e.Sender, "more", left)
			}
			if left == 0 {
				to.Shutdown()
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	_, err = session.Inline(a, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.AliasSet("source")
			from.Publish("source", "more")
			from.Connect(ikc.ClientConfig{Address: "127.0.0.1", Port: server.Addr().(*net.TCPAddr).Port, OnConnect: func(string) {
				b.ResetTimer()
				e.Kernel.Post(kernel.Alias("source"), "more", int64(b.N))
			}})
		},
		"more": func(e kernel.Event) {
			left := kernel.Arg[int64](e, 0)
			for n := min(left, (left-1)%1000+1); n > 0; n-- {
				if err := e.Kernel.Post(ikc.URL("poe://z/sink"), "take", "hello", n); err != nil {
					b.Error(err)
				}
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	go z.Run()
	if err := a.Run(); err != nil {
		b.Fatal(err)
	}
}

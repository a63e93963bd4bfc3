package conformance

import (
	"strings"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p413(p *port) {
	k := p.kernel()
	near, far := p.pair()
	d := must(driver.New(driver.Config{BlockSize: 4}))
	p.out("put", d.Put([]byte("hello"), nil, []byte(" world")), d.Put(), "messages", d.OutMessages())
	p.out("flush leaves", must(d.Flush(near)), "messages", d.OutMessages())
	p.out("far end got", p.sysread(far))
	p.syswrite(far, "abcdefgh")
	p.out("get", must(d.Get(near)), must(d.Get(near)))
	p.out("get with nothing there", len(must(d.Get(near))))
	p.notInGo("croak: POE::Driver::SysRW BlockSize must be greater than 0", "a BlockSize of 0 is the default")
	_, err := driver.New(driver.Config{BlockSize: -1})
	p.out(either(err == nil, "ok", "croak: POE::Driver::SysRW BlockSize "+strings.TrimPrefix(text(err), "driver: BlockSize: -1: ")))
	p.notInGo("croak: POE::Driver::SysRW requires an even number of parameters, if any", "a field without a value does not compile")
	p.notInGo("croak: POE::Driver::SysRW has unknown parameter(s): Colour Speed", "an unknown field does not compile")
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Driver: must(driver.New(driver.Config{BlockSize: 3})), Filter: stream(),
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			p.syswrite(far, "0123456789")
			w.Put(strings.Repeat("x", 100))
		},
		"input": func(e kernel.Event) {
			p.out("input", e.Arg(0))
			if text(e.Arg(0)) == "9" {
				far.Close()
			}
		},
		"flushed": func(kernel.Event) { p.out("flushed, far end got", len(p.sysread(far))) },
		"error":   func(e kernel.Event) { p.out("error", e.Arg(0), e.Arg(1)); w.Close() },
	})
	k.Run()
}

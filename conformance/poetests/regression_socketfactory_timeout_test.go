//go:build unix

package poetests_test

import (
	"net"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// t/90_regression/socketfactory-timeout: nobody answers at an unused port, and
// the wheel says so instead of waiting. POE's test uses port 0, which is no
// port to connect to here: the constructor refuses it.
func TestRegressionSocketfactoryTimeout(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		failed := 0
		var wheel *socketfactory.Wheel
		config := socketfactory.Config{
			Protocol: "tcp", RemoteAddress: "127.0.0.1",
			Events: socketfactory.Names{Success: "up", Failure: "down"},
		}
		p.start(k, states{
			"_start": func(e kernel.Event) {
				_, err := socketfactory.New(e.Kernel, config)
				p.is().ErrorContains(err, "RemotePort")
				config.RemotePort = p.unusedPort()
				wheel, err = socketfactory.New(e.Kernel, config)
				p.must().NoError(err)
				e.Kernel.Delay("timeout", patience)
			},
			"up": func(kernel.Event) { p.Error("a connection to an unused port") },
			"down": func(e kernel.Event) {
				failed++
				p.is().Equal("connect", e.Arg(0))
				p.is().NotZero(e.Arg(1))
				wheel.Close()
				e.Kernel.DelayClear("timeout")
			},
			"timeout": func(kernel.Event) { p.Error("nothing has happened") },
		})
		p.run(k)
		p.is().Equal(1, failed)
	})
}

// unusedPort is a TCP port that nobody listens at.
func (p *proof) unusedPort() int {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	p.ok(err)
	defer l.Close()
	return portOf(l.Addr())
}

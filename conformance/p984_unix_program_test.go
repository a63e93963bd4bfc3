package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// isSocket is Perl's -S.
func (p *port) isSocket(path string) bool {
	return must(kernel.Recorded(p.k, "asks for a socket", func() (bool, error) {
		info, err := os.Stat(path)
		return err == nil && info.Mode()&fs.ModeSocket != 0, nil
	}))
}

func p984(p *port) {
	k := p.kernel()
	path := filepath.Join(p.dir(), "socket")
	var listener, client *socketfactory.Wheel
	unix := func(c socketfactory.Config, success string) *socketfactory.Wheel {
		c.Domain = socketfactory.Unix
		c.Events = socketfactory.Names{Success: success, Failure: "failed"}
		return must(socketfactory.New(k, c))
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			listener = unix(socketfactory.Config{BindAddress: path}, "accepted")
			p.out("socket file", either(p.isSocket(path), "there", "missing"))
			listener.PauseAccept()
			client = unix(socketfactory.Config{RemoteAddress: path}, "connected")
		},
		"connected": func(e kernel.Event) {
			p.out("connected", "address", either[any](e.Arg(1) == path, "the path", e.Arg(1)), "port", e.Arg(2),
				"my id", yesNo(e.Arg(3) == client.ID()), "argc", len(e.Args))
			client.Close()
			k.Yield("wait", 5)
		},
		"wait": settled("wait", func(kernel.Event) {
			p.out("not accepted while paused")
			listener.ResumeAccept()
		}),
		"accepted": func(e kernel.Event) {
			p.out("accepted", "address", fmt.Sprintf("<%s>", e.Arg(1)), "port", e.Arg(2),
				"my id", yesNo(e.Arg(3) == listener.ID()), "argc", len(e.Args))
			listener.Close()
		},
		"failed": func(e kernel.Event) { p.out(with(e.Args[:3], "failed")...) },
		"_stop":  func(kernel.Event) { p.out("_stop, socket file", either(p.isSocket(path), "there", "gone")) },
	})
	k.Run()
}

package servertcp

import (
	"net/netip"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// InputHandler is the type of Config.ClientInput; Input makes one.
type InputHandler = *tcpconn.Handler[Client]

// Input makes the callback for records of type T: string for lines, []byte,
// *http.Request and so on; any accepts all.
//
// With string and []byte nothing is boxed on the way: c.Args, POE's list of the
// record and the wheel's ID, is empty then, and a []byte holds only until the
// callback returns. Every other type has the list. Strings that arrive together
// share memory: retaining a short one may pin 4 KiB, and a line of more than 14 KiB
// five times its length; clone it if kept long.
//
// A record of another type does not reach the callback: it becomes the error
// "input", a *filter.RecordError, so that no peer can stop the program by making a
// filter return something unusual.
func Input[T any](f func(c *Client, record T)) InputHandler { return tcpconn.NewHandler(f) }

// socketOf gathers the arguments of the event of a new connection.
func socketOf(e kernel.Event) socketfactory.Socket {
	s := socketfactory.Socket{Handle: kernel.Arg[*kernel.Handle](e, 0)}
	switch addr := e.Arg(1).(type) {
	case netip.Addr:
		s.Peer = netip.AddrPortFrom(addr, uint16(kernel.Arg[int](e, 2)))
	case string:
		s.Path = addr
	}
	return s
}

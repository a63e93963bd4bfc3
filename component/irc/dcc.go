package irc

import (
	"errors"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// DCCConfig configures direct connections between users.
type DCCConfig struct {
	// Ports are the ports to listen on for the client's own offers, the first
	// free one is used; if empty, the system chooses one. POE: DCCPorts.
	Ports []int
	// NATAddr is the IP address to announce to others instead of the client's
	// own. If empty, it is the local address of the connection.
	NATAddr string
	// ListenTimeout bounds the time until the other side connects, or until a
	// connection is made. IdleTimeout bounds the time without progress of a
	// transfer; chats have no such limit. 0 means five minutes, Forever no
	// limit.
	ListenTimeout, IdleTimeout time.Duration
	// MaxSize is the maximum size in bytes of a file to receive; with 0 only
	// the size which the sender has announced limits it.
	MaxSize int64
	// MaxOpen is how many offers and connections there may be; 0 means 64.
	MaxOpen int
}

func (d *DCCConfig) check() error {
	switch {
	case min(d.ListenTimeout, d.IdleTimeout) < 0:
		return errors.New("has a negative time-out; 0 is the default")
	case d.MaxSize < 0 || d.MaxOpen < 0:
		return errors.New("has a negative limit; 0 is the default")
	case slices.ContainsFunc(d.Ports, func(p int) bool { return p < 1 || p > 65535 }):
		return errors.New("has a port that is none")
	case d.NATAddr != "":
		if _, err := netip.ParseAddr(d.NATAddr); err != nil {
			return errors.New("needs an IP address as NATAddr")
		}
	}
	return nil
}

// The defaults of DCCConfig, and of the size of what is sent at once.
const (
	dccWait      = 5 * time.Minute
	dccMaxOpen   = 64
	dccBlockSize = 1024
)

// DCC is the state of a direct connection. Client.DCCInfo returns it.
type DCC struct {
	ID   kernel.WheelID
	Nick string
	Type string // "CHAT", "SEND", "GET", or another word
	Port int
	File string // SEND: the path; GET: where it is written
	Size int64  // 0 if unknown
	Done int64  // bytes transferred
	Peer string // the other side's IP address, once connected
}

// dccConn is an offer that waits, or a connection.
type dccConn struct {
	DCC
	c         *Client
	factory   *socketfactory.Wheel
	wheel     *readwrite.Wheel
	file      *os.File
	blockSize int
	sent      int64 // read from the file, from its beginning
	resume    bool  // GET: append
	offered   string
	timer     func()
	closing   bool // CHAT: once what was put is written
}

// dccState are the client's direct connections.
type dccState struct {
	conns    map[kernel.WheelID]*dccConn
	resuming map[string]*DCCOffer // by nick and port
}

func (d *dccState) closeAll() {
	for _, id := range slices.Sorted(maps.Keys(d.conns)) {
		d.conns[id].remove()
	}
	clear(d.resuming)
}

// DCCInfo returns the state of a direct connection and reports whether there is
// one with this ID. POE: dcc_info.
func (c *Client) DCCInfo(id kernel.WheelID) (DCC, bool) {
	conn := c.dcc.conns[id]
	if conn == nil {
		return DCC{}, false
	}
	return conn.DCC, true
}

// DCCConnections returns the IDs of the direct connections and the client's own
// offers, sorted.
func (c *Client) DCCConnections() []kernel.WheelID { return slices.Sorted(maps.Keys(c.dcc.conns)) }

// dccFull reports whether there are as many connections as there may be.
func (c *Client) dccFull() bool {
	limit := c.config.DCC.MaxOpen
	if limit == 0 {
		limit = dccMaxOpen
	}
	return len(c.dcc.conns) >= limit
}

// addDCC enters a connection under the ID of the wheel that makes it.
func (c *Client) addDCC(conn *dccConn) {
	if c.dcc.conns == nil {
		c.dcc.conns = map[kernel.WheelID]*dccConn{}
	}
	conn.c, conn.ID = c, conn.factory.ID()
	c.dcc.conns[conn.ID] = conn
	conn.wait(c.config.DCC.ListenTimeout, "DCC connection timed out")
}

// wait begins the time-out of what comes next.
func (d *dccConn) wait(after time.Duration, text string) {
	if d.timer != nil {
		d.timer()
		d.timer = nil
	}
	if after == 0 {
		after = dccWait
	}
	if after != Forever && (d.Type != "CHAT" || d.wheel == nil) {
		d.timer = d.c.AfterFunc(after, func() { d.fail(text) })
	}
}

// fail ends a connection with an error.
func (d *dccConn) fail(text string) {
	d.c.Emit("dcc_error", d.ID, text, d.Nick, d.Type, d.Port, d.File, d.Size, d.Done, d.Peer)
	d.remove()
}

// done ends a connection as it should.
func (d *dccConn) done() {
	d.c.Emit("dcc_done", d.ID, d.Nick, d.Type, d.Port, d.File, d.Size, d.Done, d.Peer)
	d.remove()
}

// remove forgets a connection and closes what it has.
func (d *dccConn) remove() {
	delete(d.c.dcc.conns, d.ID)
	if d.timer != nil {
		d.timer()
	}
	if d.factory != nil {
		_ = d.factory.Close()
	}
	if d.wheel != nil {
		_ = d.wheel.Close()
	}
	if d.file != nil {
		_ = d.file.Close()
	}
}

// dccUser shows a command of DCC to the plugins and reports whether it continues.
func (c *Client) dccUser(e kernel.Event) (args []any, goesOn bool) {
	ev := &Event{Name: e.Name, Args: e.Args}
	c.within(func() { goesOn = c.pipeline.process(UserHook, ev) })
	return ev.Args, goesOn
}

// quoteFile writes a file's name so that it is one word.
func quoteFile(name string) string {
	if strings.ContainsAny(name, " \t\"") {
		return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
	}
	return name
}

package tcpconn

import "github.com/gopoe/poe/kernel"

// PreConnect lets a callback choose the handle of a connection: h, another one,
// or nil for none. h is closed at once unless it is the one to use: a handle
// that wraps the connection has taken it over by h.NetConn, after which closing
// h does nothing. If the session has stopped meanwhile the chosen handle is
// closed as well.
func PreConnect(h *kernel.Handle, session kernel.ID, choose func(h *kernel.Handle) *kernel.Handle) (used *kernel.Handle) {
	defer func() {
		if used != h {
			h.Close()
		}
	}()
	chosen := choose(h)
	if chosen != nil && !session.Alive() { // the callback has stopped everything
		chosen.Close()
		return nil
	}
	return chosen
}

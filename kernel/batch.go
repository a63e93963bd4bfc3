package kernel

import "net/netip"

// Datagram is one datagram of a batch.
type Datagram struct {
	// Data is what is sent; for ReadBatch its capacity is the room there is,
	// and what came is left in it.
	Data []byte
	// Peer is who sent it or is to get it.
	Peer netip.AddrPort
}

// batcher is a source that reads and writes many datagrams at once. It may
// stop before the end without an error, if it has done at least one.
type batcher interface {
	ReadBatch(d []Datagram) (int, error)
	WriteBatch(d []Datagram) (int, error)
}

// ReadBatch reads the datagrams that are there, at most len(d), each into the
// capacity of its Data, which becomes what came; what there is no space for is
// lost. On Linux one system call reads 64. The error is nil if there was any:
// what stopped the batch comes again. POE programs call recv for each.
func (h *Handle) ReadBatch(d []Datagram) (n int, err error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.tape != nil {
		return h.tape.readBatch(h, d, h.readBatch)
	}
	return h.readBatch(d)
}

// readBatch reads them one by one if the source has no better way.
func (h *Handle) readBatch(d []Datagram) (n int, err error) {
	if b, ok := h.source.(batcher); ok {
		return b.ReadBatch(d)
	}
	for ; n < len(d); n++ {
		room := d[n].Data[:cap(d[n].Data)]
		size, from, err := h.receive(room)
		switch {
		case err != nil && n > 0:
			return n, nil
		case err != nil:
			return 0, err
		}
		d[n] = Datagram{room[:size], from}
	}
	return n, nil
}

// WriteBatch sends datagrams in their order and returns how many were sent. If
// that is not all of them the error says why the next one was not: with
// ErrWouldBlock it can be tried again, else it is the one to leave out. A peer
// that is not valid is the one that the socket is connected with. On Linux one
// system call sends 64. POE programs call send for each.
func (h *Handle) WriteBatch(d []Datagram) (n int, err error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.tape != nil {
		return h.tape.writeBatch(h, d, h.writeBatch)
	}
	return h.writeBatch(d)
}

func (h *Handle) writeBatch(d []Datagram) (n int, err error) {
	b, many := h.source.(batcher)
	for n < len(d) && err == nil {
		if many {
			var sent int
			sent, err = b.WriteBatch(d[n:])
			n += sent
			continue
		}
		if d[n].Peer.IsValid() {
			_, err = h.sendTo(d[n].Data, d[n].Peer)
		} else {
			_, err = h.source.Write(d[n].Data)
		}
		if err == nil {
			n++
		}
	}
	return n, err
}

package kernel

import "net/netip"

// Datagram is one datagram of a batch.
type Datagram struct {
	// Data is what is sent. ReadBatch reads into its capacity and sets its
	// length.
	Data []byte
	// Peer is the address of the sender or of the receiver.
	Peer netip.AddrPort
}

// batcher is a source that reads and writes many datagrams at once. It may
// stop before the end without an error, if it has done at least one.
type batcher interface {
	ReadBatch(d []Datagram) (int, error)
	WriteBatch(d []Datagram) (int, error)
}

// ReadBatch reads the datagrams that have arrived, at most len(d), each into
// the capacity of its Data, whose length it sets; bytes for which there is no
// space are lost. On Linux one system call reads up to 64. The error is nil if
// n is not 0: the error that ended the batch is returned by the next call. POE
// programs call recv for each.
func (h *Handle) ReadBatch(d []Datagram) (n int, err error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.readBatch(h, d, h.readBatch)
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
// not all were sent, the error is that of the next one: after [ErrWouldBlock]
// it can be tried again, otherwise it should be left out. If Peer is not valid,
// the datagram goes to the peer that the socket is connected with. On Linux one
// system call sends up to 64. POE programs call send for each.
func (h *Handle) WriteBatch(d []Datagram) (n int, err error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.writeBatch(h, d, h.writeBatch)
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

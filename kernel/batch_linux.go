package kernel

import "github.com/gopoe/poe/kernel/internal/fd"

// ReadBatch is recvmmsg.
func (d *descriptor) ReadBatch(to []Datagram) (int, error) {
	b, n := d.Batch(), min(len(to), fd.MaxBatch)
	for i := range n {
		b.SetBuffer(i, to[i].Data[:cap(to[i].Data)])
	}
	n, err := b.Read(n)
	for i := range n {
		size, from := b.Received(i)
		to[i] = Datagram{to[i].Data[:size], from}
	}
	return n, err
}

// WriteBatch is sendmmsg. A datagram that cannot be sent is the first of the
// next call, which returns its error.
func (d *descriptor) WriteBatch(from []Datagram) (int, error) {
	b, n := d.Batch(), 0
	for n < min(len(from), fd.MaxBatch) {
		err := b.SetDatagram(n, from[n].Data, from[n].Peer)
		if err != nil && n == 0 {
			return 0, err
		}
		if err != nil {
			break
		}
		n++
	}
	return b.Write(n)
}

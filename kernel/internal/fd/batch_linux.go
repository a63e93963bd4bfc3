package fd

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxBatch is the number of datagrams that one system call reads or sends.
const MaxBatch = 64

// Batch is the datagrams of one recvmmsg or sendmmsg. It refers to itself and so
// cannot live on a stack: a socket that uses batches keeps one.
type Batch struct {
	d       *FD
	headers [MaxBatch]unix.Mmsghdr
	vecs    [MaxBatch]unix.Iovec
	names   [MaxBatch]unix.RawSockaddrInet6 // large enough for both families
}

// Batch returns the socket's batch.
func (d *FD) Batch() *Batch {
	if d.more == nil {
		d.more = &more{}
	}
	if d.more.batch == nil {
		d.more.batch = &Batch{d: d}
	}
	return d.more.batch
}

// set prepares datagram i.
func (b *Batch) set(i int, data []byte) *unix.Msghdr {
	b.vecs[i] = unix.Iovec{}
	if len(data) > 0 {
		b.vecs[i].Base = &data[0]
		b.vecs[i].SetLen(len(data))
	}
	b.headers[i] = unix.Mmsghdr{}
	h := &b.headers[i].Hdr
	h.Iov = &b.vecs[i]
	h.SetIovlen(1)
	return h
}

// call makes the system call for the first n datagrams.
func (b *Batch) call(trap uintptr, n int) (int, error) {
	defer clear(b.vecs[:n]) // the data are the caller's
	for {
		done, _, errno := syscall.RawSyscall6(trap, uintptr(b.d.Int()), uintptr(unsafe.Pointer(&b.headers[0])), uintptr(n), 0, 0, 0)
		switch errno {
		case 0:
			return int(done), nil
		case syscall.EINTR:
			continue
		}
		return 0, errno
	}
}

// SetBuffer makes datagram i be read into buf.
func (b *Batch) SetBuffer(i int, buf []byte) {
	h := b.set(i, buf)
	h.Name = (*byte)(unsafe.Pointer(&b.names[i]))
	h.Namelen = unix.SizeofSockaddrInet6
}

// Read reads up to n datagrams into the buffers that were set.
func (b *Batch) Read(n int) (int, error) {
	if n == 0 {
		return 0, nil
	}
	return b.call(unix.SYS_RECVMMSG, n)
}

// Received returns the length and the sender of datagram i after Read. The
// address is not valid if it is none of the internet; an IPv4 address is one
// whatever the socket's family.
func (b *Batch) Received(i int) (n int, from netip.AddrPort) {
	return int(b.headers[i].Len), peerOfName(&b.names[i], b.headers[i].Hdr.Namelen)
}

// SetDatagram makes datagram i be data for the address to; if that is not valid,
// for the peer that the socket is connected with.
func (b *Batch) SetDatagram(i int, data []byte, to netip.AddrPort) error {
	h := b.set(i, data)
	if !to.IsValid() {
		return nil
	}
	size, err := b.d.nameOf(to, &b.names[i])
	if err != nil {
		return err
	}
	h.Name = (*byte)(unsafe.Pointer(&b.names[i]))
	h.Namelen = size
	return nil
}

// Write sends the first n datagrams that were set and returns how many were
// sent, at least one if the error is nil.
func (b *Batch) Write(n int) (int, error) {
	if n == 0 {
		return 0, nil
	}
	return b.call(unix.SYS_SENDMMSG, n)
}

// peerOfName is the address of a sender.
func peerOfName(name *unix.RawSockaddrInet6, size uint32) netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&name.Port))[:])
	switch {
	case size >= unix.SizeofSockaddrInet4 && name.Family == unix.AF_INET:
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), port)
	case size >= unix.SizeofSockaddrInet6 && name.Family == unix.AF_INET6:
		ip := netip.AddrFrom16(name.Addr).Unmap()
		if name.Scope_id != 0 {
			if ifi, err := net.InterfaceByIndex(int(name.Scope_id)); err == nil {
				ip = ip.WithZone(ifi.Name)
			}
		}
		return netip.AddrPortFrom(ip, port)
	}
	return netip.AddrPort{}
}

// nameOf puts an address into the form that a socket of this family takes.
func (d *FD) nameOf(to netip.AddrPort, name *unix.RawSockaddrInet6) (size uint32, err error) {
	ip, zone, err := d.target(to)
	if err != nil {
		return 0, err
	}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&name.Port))[:], to.Port())
	if ip.Is4() {
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		four.Family, four.Addr = unix.AF_INET, ip.As4()
		return unix.SizeofSockaddrInet4, nil
	}
	name.Family, name.Addr, name.Scope_id = unix.AF_INET6, ip.As16(), zone
	return unix.SizeofSockaddrInet6, nil
}

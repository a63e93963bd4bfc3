package kernel

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxBatch is how many datagrams one system call takes.
const maxBatch = 64

// batch is what recvmmsg and sendmmsg work on. A socket that uses batches keeps
// one, since it refers to itself and so cannot live on a stack.
type batch struct {
	headers [maxBatch]unix.Mmsghdr
	vecs    [maxBatch]unix.Iovec
	names   [maxBatch]unix.RawSockaddrInet6 // large enough for both families
}

// set prepares one datagram.
func (b *batch) set(i int, data []byte) *unix.Msghdr {
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
func (b *batch) call(trap uintptr, fd, n int) (int, error) {
	defer clear(b.vecs[:n]) // the data are the caller's
	for {
		done, _, errno := syscall.RawSyscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(&b.headers[0])), uintptr(n), 0, 0, 0)
		switch errno {
		case 0:
			return int(done), nil
		case syscall.EINTR:
			continue
		}
		return 0, errno
	}
}

func (d *descriptor) batched() *batch {
	if d.batch == nil {
		d.batch = &batch{}
	}
	return d.batch
}

// ReadBatch is recvmmsg.
func (d *descriptor) ReadBatch(to []Datagram) (int, error) {
	b, n := d.batched(), min(len(to), maxBatch)
	for i := range n {
		h := b.set(i, to[i].Data[:cap(to[i].Data)])
		h.Name = (*byte)(unsafe.Pointer(&b.names[i]))
		h.Namelen = unix.SizeofSockaddrInet6
	}
	if n == 0 {
		return 0, nil
	}
	n, err := b.call(unix.SYS_RECVMMSG, d.fd, n)
	for i := range n {
		to[i].Data = to[i].Data[:b.headers[i].Len]
		to[i].Peer = peerOfName(&b.names[i], b.headers[i].Hdr.Namelen)
	}
	return n, err
}

// WriteBatch is sendmmsg.
func (d *descriptor) WriteBatch(from []Datagram) (int, error) {
	b, n := d.batched(), 0
	for n < min(len(from), maxBatch) {
		h := b.set(n, from[n].Data)
		if from[n].Peer.IsValid() {
			size, err := d.nameOf(from[n].Peer, &b.names[n])
			switch {
			case err != nil && n == 0:
				return 0, err
			case err != nil: // its turn comes
				return b.call(unix.SYS_SENDMMSG, d.fd, n)
			}
			h.Name = (*byte)(unsafe.Pointer(&b.names[n]))
			h.Namelen = size
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return b.call(unix.SYS_SENDMMSG, d.fd, n)
}

// peerOfName is the address of a sender, not valid if it is none of the
// internet. An IPv4 address is one whatever the socket's family.
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
func (d *descriptor) nameOf(to netip.AddrPort, name *unix.RawSockaddrInet6) (size uint32, err error) {
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

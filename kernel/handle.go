package kernel

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"

	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/kernel/internal/source"
	"github.com/gopoe/poe/kernel/observe"
)

var (
	errClosed      = source.ErrClosed
	errOtherKernel = errors.New("handle belongs to another kernel")
	errTwoWheels   = fmt.Errorf("a wheel of this session watches the handle already: %w", syscall.EBUSY)
)

// Handle is something that can be watched, read and written: a descriptor of
// the system, or a [Source]. It is used by pointer and compared by identity.
// From the first time that it is watched, a handle belongs to one kernel and to
// that kernel's goroutine.
type Handle struct {
	source   Source // what reads and writes
	k        *Kernel
	watchers *watcher // in order of registration
	more     *handleMore
	spare    *watcher          // for the first wheel, nil once it is used
	reg      poll.Registration // what the poller knows; its token is the slot in the kernel's table
	since    uint32            // how many handles had become watched before, from 0 again after the largest number

	want        modeSet
	watched     modeSet // by any watcher, paused or not
	always      bool    // the system cannot watch it: a regular file, always ready
	writeQueued bool    // in the kernel's list of handles to write next turn
	unwatched   bool    // the system refuses to watch it, see watchfailure.go
	reportOnce  bool    // reported as ready because the system does not watch it
	flagged     bool    // in the kernel's list of sources that may be ready
	drained     bool    // the last read has taken all there was
}

// handleMore is what an accepted connection does without. Every other handle has
// it from the start.
type handleMore struct {
	name    string
	asked   *observe.Mark              // the event that has asked for output; nil unless the kernel is or was observed
	tape    *tape                      // of its kernel, nil unless that records or replays
	netConn atomic.Pointer[sourceConn] // notified by the source instead of the kernel
}

// connectionName is the name of handles that have no other.
const connectionName = "connection"

func (h *Handle) name() string {
	if h.more == nil {
		return connectionName
	}
	return h.more.name
}

// taped reports whether the handle's kernel records or replays.
func (h *Handle) taped() bool { return h.more != nil && h.more.tape != nil }

func (h *Handle) setTape(t *tape) {
	if t != nil || h.more != nil {
		h.ensureMore().tape = t
	}
}

func (h *Handle) ensureMore() *handleMore {
	if h.more == nil {
		h.more = &handleMore{name: connectionName}
	}
	return h.more
}

// newHandle makes a handle of a source that is no descriptor.
func newHandle(s Source, name string, t *tape) *Handle {
	both := &struct {
		Handle
		more handleMore
	}{}
	both.source, both.reg = s, poll.Registration{FD: -1, Token: -1}
	both.Handle.more = &both.more
	both.more.name, both.more.tape = name, t
	return &both.Handle
}

// Source is implemented by what a handle can have instead of a descriptor, such
// as a connection in memory. Read, Write, and Accept if it has that method,
// must not wait; if there is nothing to do they return [ErrWouldBlock].
type Source interface {
	io.ReadWriteCloser
	// Ready returns the modes in which the source is ready now.
	Ready() ReadySet
	// Bind is called once, when the handle is first watched. From then on the
	// source calls wake, on any goroutine, whenever it may have become ready.
	Bind(wake func())
}

// ReadySet is the set of modes in which a source is ready.
type ReadySet struct{ Read, Write, Expedite bool }

func (r ReadySet) modes() (m modeSet) {
	if r.Read {
		m |= Read.bit()
	}
	if r.Write {
		m |= Write.bit()
	}
	if r.Expedite {
		m |= Expedite.bit()
	}
	return m
}

// Optional abilities of a source.
type (
	accepter interface {
		Accept() (*Handle, net.Addr, error)
	}
	halfCloser interface {
		CloseRead() error
		CloseWrite() error
	}
	addressed interface {
		LocalAddr() net.Addr
		RemoteAddr() net.Addr
	}
	gatherer interface {
		Writev(bufs [][]byte) (int, error)
	}
	packeter interface {
		ReadFrom(p []byte) (int, netip.AddrPort, error)
		WriteTo(p []byte, to netip.AddrPort) (int, error)
	}
	releaser interface {
		Release() // something else uses the underlying file from now on
	}
)

// FromSource makes a handle of a source, which it owns.
func FromSource(s Source, name string) *Handle {
	return newHandle(s, name, tapeOf())
}

// String returns the handle's name.
func (h *Handle) String() string {
	if h == nil {
		return "no handle"
	}
	return h.name()
}

// Read reads what has arrived. If there is nothing, it returns [ErrWouldBlock],
// at the end of the stream io.EOF.
func (h *Handle) Read(p []byte) (int, error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	var n int
	var err error
	if h.taped() {
		n, err = h.more.tape.read(h, p)
	} else {
		n, err = h.source.Read(p)
	}
	h.drained = n > 0 && n < len(p) || err == ErrWouldBlock
	return n, err
}

// Write writes as much of p as there is space for, with [ErrWouldBlock] if that
// is not all.
func (h *Handle) Write(p []byte) (int, error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.write(h, func() (int, error) { return h.source.Write(p) }, p)
	}
	return h.source.Write(p)
}

// Writev writes several buffers as if they were one, in one system call where
// the system can.
func (h *Handle) Writev(bufs [][]byte) (int, error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.write(h, func() (int, error) { return h.writeAll(bufs) }, bufs...)
	}
	return h.writeAll(bufs)
}

func (h *Handle) writeAll(bufs [][]byte) (int, error) {
	if g, ok := h.source.(gatherer); ok {
		return g.Writev(bufs)
	}
	total := 0
	for _, b := range bufs {
		n, err := h.source.Write(b)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// ReadFrom reads one datagram and returns its sender; what does not fit into p is
// lost. A datagram may be empty: the count is then 0 and the error nil. The
// handle must be one for datagrams. POE programs call recv.
func (h *Handle) ReadFrom(p []byte) (n int, from netip.AddrPort, err error) {
	if h.reg.Closed {
		return 0, from, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.readFrom(h, p)
	}
	return h.receive(p)
}

func (h *Handle) receive(p []byte) (n int, from netip.AddrPort, err error) {
	if s, ok := h.source.(packeter); ok {
		return s.ReadFrom(p)
	}
	return 0, from, syscall.ENOTSOCK
}

// WriteTo sends p as one datagram, whole or not at all. The error is
// ErrWouldBlock if there is no space for it now. POE programs call send.
func (h *Handle) WriteTo(p []byte, to netip.AddrPort) (int, error) {
	if h.reg.Closed {
		return 0, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.writeTo(h, p, to)
	}
	return h.sendTo(p, to)
}

func (h *Handle) sendTo(p []byte, to netip.AddrPort) (int, error) {
	if s, ok := h.source.(packeter); ok {
		return s.WriteTo(p, to)
	}
	return 0, syscall.ENOTSOCK
}

// Accept returns the next connection of a listening handle, as a handle that
// the caller owns, and the peer's address. If there is none yet, the error is
// [ErrWouldBlock].
func (h *Handle) Accept() (*Handle, net.Addr, error) {
	if h.reg.Closed {
		return nil, nil, h.afterClose(h.k)
	}
	if h.taped() {
		return h.more.tape.accept(h)
	}
	if a, ok := h.source.(accepter); ok {
		return a.Accept()
	}
	return nil, nil, syscall.EINVAL
}

// Close stops all watching of the handle and closes its descriptor or Source.
// Closing again does nothing.
func (h *Handle) Close() error {
	if h.reg.Closed {
		return nil
	}
	h.release()
	if h.taped() {
		return h.more.tape.closing(h)
	}
	return h.source.Close()
}

// Release stops all watching of the handle and invalidates it without closing
// the underlying file.
func (h *Handle) Release() {
	if h.reg.Closed {
		return
	}
	h.reg.Exclusive = false // the file stays open, so closing does not take it out of the poller
	h.release()
	if r, ok := h.source.(releaser); ok {
		r.Release()
	}
}

func (h *Handle) release() {
	h.reg.Closed = true
	if k := h.k; k != nil {
		for m := Read; m < modes; m++ {
			for h.watched&m.bit() != 0 {
				k.unwatch(h.firstIn(m).session, h, m)
			}
		}
	}
}

func (h *Handle) isClosed() bool { return h.reg.Closed }

// afterClose is the error of a method of a closed handle; under Assert.Files a
// panic.
func (h *Handle) afterClose(k *Kernel) error {
	if k != nil && k.debug != nil && k.debug.assert&assertFiles != 0 {
		panic(callError("Handle", h, errClosed))
	}
	return errClosed
}

// CloseRead ends the reading half of a socket.
func (h *Handle) CloseRead() error {
	if h.taped() && !h.reg.Closed {
		return h.more.tape.result("ends reading of "+h.name(), h.closeRead)
	}
	return h.closeRead()
}

func (h *Handle) closeRead() error {
	if c, ok := h.source.(halfCloser); ok && !h.reg.Closed {
		return c.CloseRead()
	}
	return syscall.ENOTSOCK
}

// CloseWrite ends the writing half of a socket: the peer reads the end of the
// stream.
func (h *Handle) CloseWrite() error {
	if h.taped() && !h.reg.Closed {
		return h.more.tape.result("ends writing to "+h.name(), h.closeWrite)
	}
	return h.closeWrite()
}

func (h *Handle) closeWrite() error {
	if c, ok := h.source.(halfCloser); ok && !h.reg.Closed {
		return c.CloseWrite()
	}
	return syscall.ENOTSOCK
}

// LocalAddr returns the address of this end, nil if there is none.
// POE: getsockname.
func (h *Handle) LocalAddr() net.Addr {
	if h.taped() && !h.reg.Closed && h.more.tape.onGoroutine() {
		return h.more.tape.address("getsockname", h.localAddr)
	}
	return h.localAddr()
}

func (h *Handle) localAddr() net.Addr {
	if a, ok := h.source.(addressed); ok && !h.reg.Closed {
		return a.LocalAddr()
	}
	return nil
}

// RemoteAddr returns the address of the other end, nil if there is none.
func (h *Handle) RemoteAddr() net.Addr {
	if h.taped() && !h.reg.Closed && h.more.tape.onGoroutine() {
		return h.more.tape.address("getpeername", h.remoteAddr)
	}
	return h.remoteAddr()
}

func (h *Handle) remoteAddr() net.Addr {
	if a, ok := h.source.(addressed); ok && !h.reg.Closed {
		return a.RemoteAddr()
	}
	return nil
}

// Fd returns the handle's descriptor, -1 if it has none.
func (h *Handle) Fd() int {
	if h.reg.Closed {
		return -1
	}
	if h.reg.Exclusive { // only then, so that others may be asked from any goroutine
		h.reg.Exclusive = false
	}
	return int(h.reg.FD)
}

// Source returns the handle's source; for a descriptor, one of this package.
func (h *Handle) Source() Source { return h.source }

// attach enters the handle into the kernel's table before its first watcher.
func (h *Handle) attach(k *Kernel) error {
	if h.reg.Token >= 0 {
		return nil
	}
	if err := k.needLoop(h); err != nil {
		return err
	}
	first := h.k == nil
	h.k = k
	h.setTape(k.tape)
	h.reg.Token, h.reg.Gen = k.handles.add(h)
	if h.reg.FD < 0 && first && !k.replaying() {
		h.source.Bind(func() { h.sourceWoken(k) })
	}
	return nil
}

// detach takes the handle out of the table after its last watcher.
func (h *Handle) detach() {
	if h.reg.Token < 0 {
		return
	}
	if h.reg.Armed != 0 {
		h.reg.Armed = 0
		h.k.loop.Remove(&h.reg)
	}
	h.unwatched, h.reportOnce = false, false
	h.k.handles.remove(h.reg.Token)
	h.reg.Token = -1
	h.want = 0
}

// arm asks the system to report what is wanted now.
func (h *Handle) arm() error {
	switch {
	case h.reg.FD < 0:
		h.k.flag(h)
		return nil
	case h.always:
		h.k.flag(h)
		return nil
	}
	missing := h.want &^ h.reg.Armed
	if missing == 0 {
		return nil
	}
	before := h.reg.Armed
	h.reg.Armed |= missing
	if err := h.k.loop.Update(&h.reg, before); err != nil {
		h.reg.Armed = before
		if errors.Is(err, syscall.EPERM) {
			if before != 0 { // or it would be reported twice
				h.k.loop.Remove(&h.reg)
			}
			h.always, h.reg.Armed = true, 0
			h.k.flag(h)
			return nil
		}
		return err
	}
	return nil
}

// disarm stops the system from reporting what is not wanted.
func (h *Handle) disarm() {
	if h.reg.Armed&^h.want == 0 || h.reg.FD < 0 {
		return
	}
	before := h.reg.Armed
	h.reg.Armed &= h.want
	if h.reg.Armed == 0 {
		h.k.loop.Remove(&h.reg)
		return
	}
	if h.k.loop.Update(&h.reg, before) == nil {
		return
	}
	h.k.loop.Remove(&h.reg) // and again from the start
	h.reg.Armed = 0
	if err := h.arm(); err != nil {
		h.k.watchFailed(h, err)
	}
}

// onlyWanted returns those of the reported modes that are wanted.
func (h *Handle) onlyWanted(reported modeSet) modeSet {
	for m := Read; m < modes; m++ {
		if reported&m.bit() != 0 && h.want&m.bit() == 0 {
			reported &^= m.bit()
			h.unwanted(m)
		}
	}
	return reported
}

// unwanted is called when the system reports a mode that is not wanted. What is
// armed too much is disarmed. Trouble is reported armed or not, and forever;
// a watcher for nothing but urgent data cannot get any then, so there is
// nothing left to watch.
func (h *Handle) unwanted(m Mode) {
	if h.reg.Armed == Expedite.bit() && m != Expedite && h.want == h.reg.Armed {
		h.reg.Armed = 0
		h.k.loop.Remove(&h.reg)
		return
	}
	h.disarm()
}

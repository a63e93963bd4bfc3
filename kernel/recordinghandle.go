package kernel

import (
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/gopoe/poe/internal/recordfile"
)

// The operations on handles, as a tape records and replays them.

func errorCode(err error) (code uint64, ok bool) {
	switch err {
	case nil:
		return recordfile.CodeNone, true
	case io.EOF:
		return recordfile.CodeEOF, true
	case errClosed:
		return recordfile.CodeClosed, true
	}
	if errno, ok := err.(syscall.Errno); ok {
		return recordfile.FirstErrno + uint64(errno), true
	}
	return recordfile.CodeOther, false
}

func (p *player) failure() error {
	switch code := p.r.Uint(); code {
	case recordfile.CodeNone:
		return nil
	case recordfile.CodeEOF:
		return io.EOF
	case recordfile.CodeClosed:
		return errClosed
	case recordfile.CodeOther:
		err, _ := p.decode(p.r.Bytes()).(error)
		return err
	default:
		return syscall.Errno(code - recordfile.FirstErrno)
	}
}

// read is Handle.Read.
func (t *tape) read(h *Handle, p []byte) (n int, err error) {
	if t.in != nil {
		return t.in.read(h, p)
	}
	if err = t.fails("read", h.name()); err == nil {
		n, err = h.source.Read(p)
	}
	if len(p) != t.block {
		t.block = len(p)
		t.out.begin(recordfile.KindBlock)
		t.out.w.Uint(uint64(len(p)))
	}
	op := byte(recordfile.KindRead)
	if err != nil {
		op = recordfile.KindReadFail
	}
	t.out.beginLong(op, n)
	kept := t.out.w.Bytes(p[:n])
	if t.out.to.Redact != nil && n > 0 {
		t.out.to.Redact(h.name(), kept)
	}
	if err != nil {
		t.out.failure(err)
	}
	t.out.end()
	return n, err
}

func (p *player) read(h *Handle, buf []byte) (n int, err error) {
	if p.peek() == recordfile.KindBlock {
		p.op()
		p.t.block = int(p.r.Uint())
		p.done()
	}
	switch p.peek() {
	case recordfile.KindRead, recordfile.KindReadFail:
	default:
		p.part("reads from " + h.name())
	}
	if p.t.block != len(buf) {
		p.part("reads " + itoa(len(buf)) + " bytes from " + h.name() + " where the recording has " + itoa(p.t.block))
	}
	failed := p.op() == recordfile.KindReadFail
	data := p.r.Bytes()
	if len(data) > len(buf) {
		p.r.Damaged("a read has more bytes than its buffer")
	}
	n = copy(buf, data)
	if failed {
		err = p.failure()
	}
	p.done()
	return n, err
}

// write is Handle.Write and Writev: write writes to the source, and the bytes
// are bufs.
func (t *tape) write(h *Handle, write func() (int, error), bufs ...[]byte) (n int, err error) {
	size := 0
	if t.in == nil {
		if err = t.fails("write", h.name()); err == nil {
			n, err = write()
		}
	}
	for _, b := range bufs {
		size += len(b)
		t.wrote(b)
	}
	if t.in != nil {
		return t.in.write(h, size, bufs)
	}
	if err == nil && n == size {
		t.out.begin(recordfile.KindWrite)
		t.out.w.Byte(byte(t.output))
		t.out.end()
		return n, nil
	}
	t.out.begin(recordfile.KindWritePart)
	t.out.w.Uint(uint64(n))
	t.out.failure(err)
	t.out.w.Byte(byte(t.output))
	t.out.end()
	return n, err
}

func (p *player) write(h *Handle, size int, bufs [][]byte) (n int, err error) {
	switch p.peek() {
	case recordfile.KindWrite:
		p.op()
		n = size
	case recordfile.KindWritePart:
		p.op()
		n = int(p.r.Uint())
		err = p.failure()
	default:
		p.part(writing(h, size, bufs))
	}
	check := p.r.Byte()
	p.done()
	if p.r.Head.Outputs && check != byte(p.t.output) {
		p.diverge(writing(h, size, bufs), otherBytes)
	}
	return min(n, size), err
}

// accept is Handle.Accept.
func (t *tape) accept(h *Handle) (conn *Handle, from net.Addr, err error) {
	if t.in != nil {
		return t.in.accept(h)
	}
	a, ok := h.source.(accepter)
	if !ok {
		return nil, nil, syscall.EINVAL
	}
	if err = t.fails("accept", h.name()); err == nil {
		conn, from, err = a.Accept()
	}
	t.out.begin(recordfile.KindAccept)
	t.out.failure(err)
	if err == nil {
		conn.setTape(t)
		t.out.handle(conn)
		t.out.w.Bytes(t.encode(from))
	}
	t.out.end()
	return conn, from, err
}

func (p *player) accept(h *Handle) (conn *Handle, from net.Addr, err error) {
	p.expect(recordfile.KindAccept, "accepts from "+h.name())
	if err = p.failure(); err == nil {
		conn = p.handle()
		from, _ = p.decode(p.r.Bytes()).(net.Addr)
	}
	p.done()
	return conn, from, err
}

// What a recorded handle was.
const (
	handleHasFD = 1 << iota
	handleIsTCP
	handleIsExclusive
)

func (r *recorder) handle(h *Handle) {
	flags := byte(0)
	if h.reg.FD >= 0 {
		flags |= handleHasFD
	}
	if h.reg.TCP {
		flags |= handleIsTCP
	}
	if h.reg.Exclusive {
		flags |= handleIsExclusive
	}
	r.w.Byte(flags)
	r.w.Name(h.name())
}

func (p *player) handle() *Handle {
	flags := p.r.Byte()
	return p.replayed(flags, p.r.Name())
}

// fakeFD is the descriptor of handles that are replayed: none of the system's.
const fakeFD = 1 << 30

// replayed makes a handle with nothing behind it.
func (p *player) replayed(flags byte, name string) *Handle {
	h := newHandle(replayedSource{}, name, p.t)
	if flags&handleHasFD != 0 {
		h.reg.FD = fakeFD
	}
	h.reg.TCP, h.reg.Exclusive = flags&handleIsTCP != 0, flags&handleIsExclusive != 0
	return h
}

// replayedSource is the source of a replayed handle, which is not used.
type replayedSource struct{}

func (replayedSource) Read([]byte) (int, error)  { return 0, errClosed }
func (replayedSource) Write([]byte) (int, error) { return 0, errClosed }
func (replayedSource) Close() error              { return nil }
func (replayedSource) Ready() ReadySet           { return ReadySet{} }
func (replayedSource) Bind(func())               {}

// result records an operation that returns nothing but an error.
func (t *tape) result(what string, do func() error) error {
	if t.in != nil && t.in.past() {
		return nil
	}
	if t.in != nil {
		t.in.expect(recordfile.KindResult, what)
		err := t.in.failure()
		t.in.done()
		return err
	}
	err := t.failing(what, do)
	t.out.begin(recordfile.KindResult)
	t.out.failure(err)
	t.out.end()
	return err
}

// closing is the end of Handle.Close. A source that is real although the run is
// replayed is closed for real.
func (t *tape) closing(h *Handle) error {
	if t.in != nil {
		_ = h.source.Close()
	}
	return t.result("closes "+h.name(), h.source.Close)
}

// sourceModes are the modes in which a source says that it is ready.
func (t *tape) sourceModes(h *Handle) modeSet {
	if t.in != nil {
		t.in.expect(recordfile.KindModes, "asks whether "+h.name()+" is ready")
		m := modeSet(t.in.r.Byte())
		t.in.done()
		return m
	}
	m := h.source.Ready().modes()
	t.out.begin(recordfile.KindModes)
	t.out.w.Byte(byte(m))
	t.out.end()
	return m
}

// datagram is the result of reading one.
type datagram struct {
	Data []byte
	From netip.AddrPort
}

func (t *tape) readFrom(h *Handle, p []byte) (int, netip.AddrPort, error) {
	n := 0
	d, err := recorded(t, "recvfrom "+h.name(), func() (d datagram, err error) {
		n, d.From, err = h.receive(p)
		d.Data = t.redacted(h, p[:n])
		return d, err
	})
	if t.in != nil {
		n = copy(p, d.Data)
	}
	return n, d.From, err
}

// redacted is data as it is to be recorded: data itself, or a copy that Redact may have
// changed.
func (t *tape) redacted(h *Handle, data []byte) []byte {
	if t.out == nil || t.out.to.Redact == nil || len(data) == 0 {
		return data
	}
	data = slices.Clone(data)
	t.out.to.Redact(h.name(), data)
	return data
}

func (t *tape) writeTo(h *Handle, p []byte, to netip.AddrPort) (int, error) {
	t.wrote(p)
	return recorded(t, "sendto "+h.name(), func() (int, error) { return h.sendTo(p, to) })
}

// readBatch is Handle.ReadBatch of a source that has one.
func (t *tape) readBatch(h *Handle, to []Datagram, read func([]Datagram) (int, error)) (int, error) {
	got, err := recorded(t, "recvmmsg "+h.name(), func() ([]datagram, error) {
		n, err := read(to)
		list := make([]datagram, n)
		for i := range list {
			list[i] = datagram{t.redacted(h, to[i].Data), to[i].Peer}
		}
		return list, err
	})
	n := min(len(got), len(to))
	if t.in == nil {
		return n, err
	}
	for i := range n {
		data := to[i].Data[:cap(to[i].Data)]
		to[i] = Datagram{data[:copy(data, got[i].Data)], got[i].From}
	}
	return n, err
}

func (t *tape) writeBatch(h *Handle, from []Datagram, write func([]Datagram) (int, error)) (int, error) {
	for _, d := range from {
		t.wrote(d.Data)
	}
	return recorded(t, "sendmmsg "+h.name(), func() (int, error) { return write(from) })
}

// address records one of a handle's addresses.
func (t *tape) address(what string, of func() net.Addr) net.Addr {
	a, _ := recorded(t, what, func() (net.Addr, error) { return of(), nil })
	return a
}

// newHandle records that a handle of a file or descriptor is made. In a replay
// closing it closes the file.
func (t *tape) newHandle(file *os.File, open func() (*Handle, error)) (*Handle, error) {
	h, err := recorded(t, "descriptor", open)
	if t.in != nil && err == nil && file != nil {
		h.source = replayedFile{file: file}
	}
	return h, err
}

// replayedFile is a replayed handle of a file that is open although nothing
// reads it.
type replayedFile struct {
	replayedSource
	file *os.File
}

func (f replayedFile) Close() error { return f.file.Close() }

// handlePair makes two handles, in a replay without anything behind them.
func handlePair(what string, open func() (a, b *Handle, err error)) (*Handle, *Handle, error) {
	t := tapeOf()
	if t == nil {
		return open()
	}
	pair, err := recorded(t, what, func() ([]*Handle, error) {
		a, b, err := open()
		return []*Handle{a, b}, err
	})
	if len(pair) != 2 {
		return nil, nil, err
	}
	return pair[0], pair[1], err
}

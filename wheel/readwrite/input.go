package readwrite

import (
	"errors"
	"io"
	"slices"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// keepInput is the capacity above which an empty input buffer is freed, in bytes.
const keepInput = 4096

// chunk is what has been read, and how far it has been decoded. That is an index
// and not a slice that shrinks, since every pointer that is written while garbage
// is collected costs more than finding a short line.
type chunk struct {
	buf   []byte
	at    int
	piece *piece // in which buf is, nil if in none
}

func (c *chunk) rest() []byte { return c.buf[c.at:] }

func (c *chunk) set(buf []byte) { c.buf, c.at, c.piece = buf, 0, nil }

// input is what a wheel has while it decodes, or between two reads while something
// has not been decoded. All other wheels of a kernel have none.
type input struct {
	cur     chunk // while decoding
	pending chunk // what has not been decoded, between two reads, in memory of its own
	step    *step // of which records are still to come, or nil
}

// ensureInput returns the wheel's input, which it keeps until giveBack.
func (w *Wheel) ensureInput() *input {
	if w.input == nil {
		w.takeInput()
	}
	return w.input
}

func (w *Wheel) takeInput() {
	if w.input = w.shared.spare; w.input == nil {
		w.input = &input{}
	}
	w.shared.spare = nil
}

// giveBack takes the input away from a wheel that does not need it any more.
func (w *Wheel) giveBack() {
	if in := w.input; in != nil && !w.decoding && in.step == nil && len(in.pending.rest()) == 0 {
		w.input, w.shared.spare = nil, in
	}
}

// compact frees what has been decoded, once that is as much as what has not:
// so each byte is moved a few times at most, however long a record is.
func (c *chunk) compact() {
	switch rest := c.rest(); {
	case cap(c.buf) > 64<<10 && len(rest) < cap(c.buf)/4:
		c.set(slices.Clone(rest))
	case c.at >= len(rest):
		c.set(c.buf[:copy(c.buf, rest)])
	}
}

// read reads once and passes on the records that are complete.
func (w *Wheel) read() {
	if w.held { // since this turn's readiness was found
		return
	}
	most := w.allowance(kernel.Read)
	if most == 0 {
		return
	}
	from := w.in()
	size := from.driver.BlockSize()
	if most > 0 {
		size = min(size, most)
	}
	buf, p := w.inputBuffer(size)
	n, err := from.driver.Read(from.handle, buf)
	switch {
	case err != nil:
		w.readFailed(err)
	case n == 0:
	case w.discards || w.decoding || w.eager:
		w.haveRead(buf[:n], p)
	default:
		w.setCurrent(buf[:n], p)
		w.decodeCurrent(n)
	}
	if p != nil {
		w.long = p.taken
		w.shared.returnPiece(p, n)
	}
}

// inputBuffer returns what a read of at most so many bytes is to be put into, and the
// piece of memory in which it is, if it is in one.
func (w *Wheel) inputBuffer(size int) ([]byte, *piece) {
	if w.long && !w.decoding && size <= largestRead {
		p := w.shared.takePiece()
		return p.free[:size], p
	}
	return w.base.Kernel.Host().Scratch(size), nil
}

// readFailed ends the input.
func (w *Wheel) readFailed(err error) {
	w.stopInput()
	if !errors.Is(err, io.EOF) || w.finish() {
		w.emitError("read", err)
	}
}

// haveRead deals with what has been read where that is not simply decoded.
func (w *Wheel) haveRead(read []byte, p *piece) {
	defer w.consumed(kernel.Read, len(read))
	switch {
	case w.discards:
	case w.decoding:
		w.decodeNested(read)
	default:
		w.setCurrent(read, p)
		if w.out.driver.OutOctets() == 0 {
			w.decodeEagerly()
		} else {
			w.decodeCurrent(0)
		}
	}
}

// setCurrent makes what has been read the current chunk, behind what is pending.
func (w *Wheel) setCurrent(read []byte, p *piece) {
	if in := w.ensureInput(); len(in.pending.rest()) > 0 {
		in.pending.buf = append(in.pending.buf, read...)
		in.cur = in.pending
	} else {
		in.cur = chunk{buf: read, piece: p}
	}
}

// decodeCurrent decodes what is there, after it has become more by what is to be
// reported to the rate limiter as read.
func (w *Wheel) decodeCurrent(read int) {
	defer w.endDecoding(read)
	w.decodeChecked()
}

// endDecoding is called when decodeCurrent returns, even if a handler panics.
func (w *Wheel) endDecoding(read int) {
	w.decoding = false
	if in := w.input; in.cur.at < len(in.cur.buf) || len(in.pending.buf) > 0 {
		w.saveUndecoded()
	}
	w.giveBack()
	w.consumed(kernel.Read, read)
}

// decodeChecked decodes what is there, unless it is too much.
func (w *Wheel) decodeChecked() {
	w.decoding = true // until what the caller has deferred
	if err := w.checkBuffer(); err != nil {
		w.input.cur.set(nil)
		w.decodeFailed(err)
		return
	}
	w.decodeAll()
}

// decodeNested decodes what has been read while a handler of a record runs a turn of
// the kernel. As in POE the records that are still to come with that record come
// first; what is no whole record is left to the outer decoding.
func (w *Wheel) decodeNested(read []byte) {
	cur := &w.input.cur
	cur.set(slices.Concat(cur.rest(), read)) // a copy: the present record may be a part of the old memory
	w.changes++                              // the outer decoding looks at it anew
	w.decodeChecked()
}

// decodePending decodes what was read before, in the owner's session.
func (w *Wheel) decodePending() {
	if w.decoding || w.aborted || w.discards || !w.unfinished() || !w.events.Funcs.wantsInput() {
		return
	}
	in := w.ensureInput()
	in.cur = in.pending
	w.decodeCurrent(0)
}

// finish passes on what ends with the stream. It reports whether that end is
// still to be reported: unless the wheel was closed meanwhile.
func (w *Wheel) finish() bool {
	if _, ok := w.in().filter.(filter.Finisher); !ok || w.discards {
		return true
	}
	was, in := w.decoding, w.ensureInput()
	if was { // a handler of a record runs a turn of the kernel
		w.decodeNested(nil)
	} else {
		in.cur = in.pending
	}
	w.decoding, in.pending = true, chunk{}
	defer func() {
		w.decoding = was
		in.cur.set(nil)
		w.giveBack()
	}()
	for !w.base.Closed() {
		f, ok := w.in().filter.(filter.Finisher)
		if !ok {
			return true
		}
		record, err := f.Finish(in.cur.rest())
		in.cur.set(nil)
		switch {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			w.discards = true
			w.emitError("filter", err)
			return !w.base.Closed()
		}
		w.emitInput(record)
	}
	return false
}

func (w *Wheel) checkBuffer() error {
	switch f := w.in().filter.(type) {
	case *filter.Line: // the most common by far, called without a look-up
		return f.CheckBuffer(len(w.input.cur.rest()))
	case filter.Limiter:
		return f.CheckBuffer(len(w.input.cur.rest()))
	}
	return nil
}

// saveUndecoded keeps what has not been decoded: it is in a buffer that others use.
func (w *Wheel) saveUndecoded() {
	in := w.input
	switch rest := in.cur.rest(); {
	case w.aborted || len(rest) == 0:
		if cap(in.pending.buf) > keepInput {
			in.pending.buf = nil
		}
		in.pending.set(in.pending.buf[:0])
	case cap(in.pending.buf) > 0 && &in.cur.buf[:1][0] == &in.pending.buf[:1][0]:
		in.pending = in.cur // the same memory, not moved for each piece of a record
		in.pending.compact()
	default:
		in.pending.set(append(in.pending.buf[:0], rest...))
	}
	in.cur.set(nil)
}

// decodeAll passes on records until there are no more whole ones. The filter, the
// events and the wheel itself may change with every record.
func (w *Wheel) decodeAll() {
	if w.more != nil {
		w.more.interrupted = false
	}
	for more := w.input.step == nil || w.emitStep(); more && !w.aborted && !w.held; {
		more = w.decodeSome()
	}
	if w.held {
		w.ensureMore().interrupted = true
	}
}

// decodeSome makes one step, or as many as nothing changes between, and reports
// whether to continue.
func (w *Wheel) decodeSome() bool {
	if f := w.events.Funcs; f.Input == nil {
		switch d := w.in().filter.(type) {
		case *filter.Line: // the most common by far, recognized without a look-up
			return w.decodeBytes(d, f, true)
		case filter.BytesDecoder:
			return w.decodeBytes(d, f, false)
		}
	}
	if s, ok := w.in().filter.(filter.Stepper); ok {
		return w.decodeStep(s)
	}
	record, n, err := w.in().filter.Decode(w.input.cur.rest())
	w.input.cur.at += n
	if err != nil {
		return w.decodeFailed(err)
	}
	w.emitInput(record)
	return true
}

// decodeBytes passes records on without boxing them. With plain set the filter has no
// record for nothing.
func (w *Wheel) decodeBytes(d filter.BytesDecoder, f *Funcs, plain bool) bool {
	var batch stringBatch
	for at := w.changes; at == w.changes; {
		buf := w.input.cur.rest()
		if plain && len(buf) == 0 {
			return false
		}
		record, n, err := d.DecodeBytes(buf)
		w.input.cur.at += n
		switch {
		case err != nil:
			return w.decodeFailed(err)
		case f.Bytes != nil:
			f.Bytes(w, record)
		case f.Text != nil && len(record) >= leastPart && plain: // is a part of buf
			batch.shared = "" // of what came before the long line
			f.Text(w, w.longText(record))
		case f.Text != nil && n == len(buf) && batch.shared == "": // has come alone
			f.Text(w, string(record))
		case f.Text != nil:
			f.Text(w, batch.of(buf, n, record))
		}
	}
	return true
}

// decodeStep passes on all records of a step, even if the filter is replaced
// among them.
func (w *Wheel) decodeStep(s filter.Stepper) bool {
	records, n, err := s.DecodeStep(nil, w.input.cur.rest())
	w.input.cur.at += n
	w.input.step = &step{records, err}
	return w.emitStep() && (len(records) > 0 || err != nil)
}

// decodeFailed reports an error of the filter and whether decoding continues:
// behind a bad record whose bytes the filter has consumed. After any other error
// what arrives is discarded, but for the end of the stream, until the program
// sets another filter.
func (w *Wheel) decodeFailed(err error) bool {
	if err == filter.ErrMore || errors.Is(err, filter.ErrMore) {
		return false
	}
	recoverable := filter.Recoverable(err)
	if !recoverable {
		w.discards = true
		w.input.cur.set(nil)
	}
	w.emitError("filter", err)
	return recoverable
}

func (w *Wheel) stopInput() {
	w.noInput = true
	w.unwatchInput()
}

// PauseInput stops reading until ResumeInput: what arrives, the end of the
// stream included, waits in the handle. Records that have been read already are
// still reported, as in POE; see Config.Backpressure.
func (w *Wheel) PauseInput() {
	w.ensureMore().paused = true
	w.base.Kernel.SelectPauseRead(w.in().handle)
}

// ResumeInput undoes PauseInput.
func (w *Wheel) ResumeInput() {
	if w.more != nil {
		w.more.paused = false
	}
	if !w.base.Closed() && !w.noInput && !w.held {
		w.base.Kernel.SelectResumeRead(w.in().handle)
	}
}

// ShutdownInput ends reading for good: nothing more is read, and of a socket
// the reading half is closed.
func (w *Wheel) ShutdownInput() {
	if w.base.Closed() || w.noInput {
		return
	}
	w.stopInput()
	// On what is no socket there is nothing to shut.
	_ = w.in().handle.CloseRead()
}

// SetFilter replaces both filters, as SetInputFilter and SetOutputFilter do.
// POE: set_filter.
func (w *Wheel) SetFilter(f filter.Filter) {
	w.SetOutputFilter(f)
	w.SetInputFilter(f)
}

// SetOutputFilter replaces the filter that encodes. Records that were put
// before are encoded already. POE: set_output_filter.
func (w *Wheel) SetOutputFilter(f filter.Filter) {
	w.separate()
	w.out.filter = f
}

// SetInputFilter replaces the filter that decodes. What the old filter has not
// decoded is passed to the new one, whose records are reported before the
// method returns. POE: set_input_filter.
func (w *Wheel) SetInputFilter(f filter.Filter) {
	held := w.filterPending()
	w.separate()
	w.in().filter, w.discards = f, false
	w.changes++
	if r, ok := f.(filter.Rewinder); ok {
		r.Rewind()
	}
	if w.decoding {
		if len(held) > 0 {
			w.input.cur.set(append(held, w.input.cur.rest()...))
		}
		w.decodeAgain()
		return
	}
	if w.base.Closed() {
		return
	}
	in := w.ensureInput()
	in.pending.set(append(held, in.pending.rest()...))
	in.cur = in.pending
	defer func() {
		w.saveUndecoded()
		w.giveBack()
	}()
	w.decodeAgain()
}

// decodeAgain decodes what is there by a new filter.
func (w *Wheel) decodeAgain() {
	if len(w.input.cur.rest()) == 0 {
		return
	}
	was := w.decoding
	defer func() { w.decoding = was }()
	w.base.InOwner(w.decodeChecked)
}

// filterPending returns what the input filter holds inside itself, as bytes.
func (w *Wheel) filterPending() []byte {
	if p, ok := w.in().filter.(filter.ByteHolder); ok {
		return p.PendingBytes()
	}
	return nil
}

func (w *Wheel) undecoded() []byte {
	switch in := w.input; {
	case in == nil:
		return nil
	case w.decoding:
		return in.cur.rest()
	default:
		return in.pending.rest()
	}
}

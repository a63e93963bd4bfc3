package driver

import "io"

// texts are the long texts in the output, which are written from where they are
// instead of being copied.
type texts struct {
	queue []text
	first int      // queue[:first] has been written
	done  int      // bytes of the first one that have been written
	left  int      // bytes of all that have not
	bufs  [][]byte // what is being written
}

// text is one of them.
type text struct {
	bytes []byte // possibly of a string, so never written to
	at    int    // out[:at] is written before it
}

// gatherer is a writer that writes several buffers at once, as kernel.Handle does.
type gatherer interface {
	Writev(bufs [][]byte) (int, error)
}

const maxGathered = 64 // how many buffers are written at once

// PutText adds one message to the output: text, followed by what out has beyond
// the buffer that Output returned. The text is not copied: nothing may change
// it until it has been written. It must not be empty.
func (d *SysRW) PutText(text, out []byte) {
	m := d.ensureMore()
	if m.texts == nil {
		m.texts = &texts{}
	}
	m.texts.add(text, len(d.out))
	d.addMessage(len(text) + len(out) - len(d.out))
	d.setOutput(out)
}

func (t *texts) add(bytes []byte, at int) {
	if t.first > 0 && t.first >= len(t.queue)/2 {
		n := copy(t.queue, t.queue[t.first:])
		clear(t.queue[n:])
		t.queue, t.first = t.queue[:n], 0
	}
	t.queue = append(t.queue, text{bytes, at})
	t.left += len(bytes)
}

// waiting returns how many bytes of texts have not been written.
func (t *texts) waiting() int {
	if t == nil {
		return 0
	}
	return t.left
}

// discard drops all texts.
func (t *texts) discard() {
	if t == nil || len(t.queue) == 0 {
		return
	}
	clear(t.queue)
	if t.queue = t.queue[:0]; cap(t.queue) > maxGathered {
		t.queue = nil
	}
	t.first, t.done, t.left = 0, 0, 0
}

// moved is called when n bytes at the front of the output have been removed.
func (t *texts) moved(n int) {
	if t == nil {
		return
	}
	for i := t.first; i < len(t.queue); i++ {
		t.queue[i].at -= n
	}
}

// writeTexts writes up to so many bytes of the output, several buffers at once, and
// returns how many it has written.
func (d *SysRW) writeTexts(w io.Writer, most int) (n int, err error) {
	for n < most && err == nil {
		var wrote int
		wrote, err = writeBuffers(w, d.gather(most-n))
		clear(d.more.texts.bufs) // they are not kept alive
		d.advance(wrote)
		n += wrote
		if wrote == 0 && err == nil {
			err = io.ErrShortWrite
		}
	}
	return n, err
}

// gather returns the first buffers of the output, up to so many bytes.
func (d *SysRW) gather(most int) [][]byte {
	t := d.more.texts
	t.bufs = t.bufs[:0]
	add := func(b []byte) {
		if b = b[:min(len(b), most)]; len(b) > 0 {
			t.bufs = append(t.bufs, b)
			most -= len(b)
		}
	}
	at, skip := d.done, t.done
	for _, next := range t.queue[t.first:] {
		if len(t.bufs) >= maxGathered-1 || most == 0 {
			return t.bufs
		}
		add(d.out[at:next.at])
		add(next.bytes[skip:])
		at, skip = next.at, 0
	}
	add(d.out[at:])
	return t.bufs
}

// advance removes n bytes that have been written from the front of the output.
func (d *SysRW) advance(n int) {
	t := d.more.texts
	for n > 0 && t.first < len(t.queue) {
		next := &t.queue[t.first]
		before := min(n, next.at-d.done)
		d.done += before
		n -= before
		part := min(n, len(next.bytes)-t.done)
		t.done += part
		t.left -= part
		n -= part
		if t.done == len(next.bytes) {
			*next = text{}
			t.first++
			t.done = 0
		}
	}
	d.done += n
	if t.first == len(t.queue) {
		t.discard()
	}
}

func writeBuffers(w io.Writer, bufs [][]byte) (int, error) {
	if g, ok := w.(gatherer); ok && len(bufs) > 1 {
		return g.Writev(bufs)
	}
	return w.Write(bufs[0])
}

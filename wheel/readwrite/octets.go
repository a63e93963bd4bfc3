package readwrite

// InOctets returns how many bytes have been read and not decoded, such as the
// beginning of an incomplete record.
func (w *Wheel) InOctets() int { return len(w.undecoded()) }

// InMemory returns how many bytes of memory hold them: a buffer that grows with a
// record is larger than what is in it. It is 0 if InOctets is.
func (w *Wheel) InMemory() int {
	held := len(w.undecoded())
	if held > 0 {
		held = max(held, cap(w.input.pending.buf))
	}
	return held
}

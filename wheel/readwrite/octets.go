package readwrite

// InOctets returns how many bytes have been read and not decoded: what has
// arrived of a record that is not complete.
func (w *Wheel) InOctets() int { return len(w.undecoded()) }

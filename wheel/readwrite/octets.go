package readwrite

// InOctets returns how many bytes have been read and not decoded, such as the
// beginning of an incomplete record.
func (w *Wheel) InOctets() int { return len(w.undecoded()) }

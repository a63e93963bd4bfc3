package tcpconn

import "github.com/gopoe/poe/wheel/readwrite"

// Put queues records on a wheel, which may be nil.
func Put(w *readwrite.Wheel, records []any) (high bool, err error) {
	if w == nil {
		return false, nil
	}
	return w.TryPut(records...)
}

// PutText is Put for one string.
func PutText(w *readwrite.Wheel, record string) (high bool, err error) {
	if w == nil {
		return false, nil
	}
	return w.TryPutText(record)
}

// PutBytes is Put for bytes.
func PutBytes(w *readwrite.Wheel, record []byte) (high bool, err error) {
	if w == nil {
		return false, nil
	}
	return w.TryPutBytes(record)
}

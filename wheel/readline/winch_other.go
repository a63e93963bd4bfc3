//go:build !unix

package readline

// watchSize does nothing: the system does not report it.
func (w *Wheel) watchSize() (stop func()) { return func() {} }

//go:build !unix

package readline

// watchSize does nothing: the system does not tell.
func (w *Wheel) watchSize() (stop func()) { return func() {} }

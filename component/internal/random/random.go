// Package random makes what peers must not guess, such that a run can be replayed.
package random

import (
	"crypto/rand"

	"github.com/gopoe/poe/kernel"
)

// Bytes returns n bytes that cannot be guessed. A recording has them under the name,
// and its replay gets the same ones. It belongs to the kernel's goroutine.
func Bytes(k *kernel.Kernel, name string, n int) []byte {
	made, _ := kernel.Recorded(k, name, func() ([]byte, error) {
		b := make([]byte, n)
		_, err := rand.Read(b) // never fails
		return b, err
	})
	b := make([]byte, n) // whatever a damaged recording has
	copy(b, made)
	return b
}

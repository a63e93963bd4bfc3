//go:build !linux

package script

import "os"

// exchange swaps two files' names in three steps, during one of which b has two
// links.
func exchange(a, b string) error {
	fresh := a + ".new"
	if err := os.Rename(a, fresh); err != nil {
		return err
	}
	if err := os.Link(b, a); err != nil {
		return err
	}
	return os.Rename(fresh, b)
}

//go:build !linux

package kernel

// populate is only of use on Linux.
func populate([]byte) {}

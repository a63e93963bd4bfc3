//go:build unix && !linux

package kernel

// batch is for Linux; elsewhere a batch is one datagram after the other.
type batch struct{}

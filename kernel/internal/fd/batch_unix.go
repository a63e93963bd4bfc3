//go:build unix && !linux

package fd

// Batch is for Linux; elsewhere a batch is one datagram after the other.
type Batch struct{}

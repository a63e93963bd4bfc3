//go:build freebsd || netbsd

package poll

// A kqueue cannot watch for urgent data here; the portable loop can.
const (
	urgentFilter = 0
	urgentNote   = 0
)

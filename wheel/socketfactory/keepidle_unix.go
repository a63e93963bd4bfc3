//go:build unix && !darwin && !openbsd

package socketfactory

import "golang.org/x/sys/unix"

const keepIdle = unix.TCP_KEEPIDLE

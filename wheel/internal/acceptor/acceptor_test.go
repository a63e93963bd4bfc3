package acceptor_test

import (
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/wheel/internal/acceptor"
)

func TestTemporary(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS,
		syscall.EPROTO, syscall.EPERM, syscall.ECONNABORTED, syscall.ENETDOWN, syscall.EHOSTUNREACH} {
		assert.True(t, acceptor.Temporary(os.NewSyscallError("accept4", errno)), errno)
	}
	for _, err := range []error{syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK, os.ErrClosed, io.ErrClosedPipe} {
		assert.False(t, acceptor.Temporary(err), err)
	}
}

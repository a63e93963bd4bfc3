package servertcp_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func TestClassOf(t *testing.T) {
	for want, errs := range map[servertcp.Class][]*kernel.OpError{
		servertcp.Fatal: {
			{Op: "bind", Err: syscall.EADDRINUSE}, {Op: "bind", Err: syscall.EMFILE}, {Op: "listen", Err: syscall.EINTR},
			{Op: "accept", Err: syscall.EBADF}, {Op: "accept", Err: fmt.Errorf("odd")},
		},
		servertcp.Temporary:        {{Op: "accept", Err: syscall.ECONNABORTED}, {Op: "accept", Err: os.NewSyscallError("accept4", syscall.EPERM)}},
		servertcp.OutOfDescriptors: {{Op: "accept", Err: syscall.EMFILE}, {Op: "accept", Err: os.NewSyscallError("accept4", syscall.ENFILE)}},
	} {
		for _, err := range errs {
			assert.Equal(t, want, servertcp.ClassOf(err), err)
		}
	}
}

func ExampleClassOf() {
	c := servertcp.Config{
		Error: func(l *servertcp.Listener, err *kernel.OpError) {
			switch class := servertcp.ClassOf(err); class {
			case servertcp.Fatal:
				fmt.Println(class, err.Op)
				// l.Kernel.Yield("shutdown")
			default: // the server continues by itself
				fmt.Println(class)
			}
		},
	}
	c.Error(nil, &kernel.OpError{Op: "accept", Err: syscall.EMFILE})
	c.Error(nil, &kernel.OpError{Op: "bind", Err: syscall.EADDRINUSE})
	// Output:
	// out of descriptors
	// fatal bind
}

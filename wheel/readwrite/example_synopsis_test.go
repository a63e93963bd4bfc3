//go:build unix

package readwrite_test

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// The synopsis of POE::Wheel::ReadWrite: events by name.
func ExampleNames() {
	near, far, err := kernel.SocketPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New()
	var wheel *readwrite.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			wheel, err = readwrite.New(e.Kernel, readwrite.Config{
				Handle: near,
				Events: readwrite.Names{Input: "got_line", Error: "got_error"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			far.Write([]byte("hello\n"))
			far.CloseWrite()
		},
		"got_line": func(e kernel.Event) {
			fmt.Println("line:", kernel.Arg[string](e, 0))
			wheel.Put("you said " + kernel.Arg[string](e, 0))
		},
		"got_error": func(e kernel.Event) {
			fmt.Println(e.Arg(0), e.Arg(1)) // the end of the input is errno 0
			wheel.Flush()
			wheel.Close()
		},
	})
	k.Run()
	buf := make([]byte, 100)
	n, _ := far.Read(buf)
	fmt.Printf("%q\n", buf[:n])
	far.Close()
	// Output:
	// line: hello
	// read 0
	// "you said hello\r\n"
}

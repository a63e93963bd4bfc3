//go:build linux

package serial_test

import (
	"fmt"

	"github.com/creack/pty"

	"github.com/gopoe/poe/component/serial"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// A program asks an instrument for a reading. The instrument is the other end of a
// pseudo-terminal.
func Example() {
	instrument, device, err := pty.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer instrument.Close()
	defer device.Close()
	go func() {
		question := make([]byte, 10)
		n, _ := instrument.Read(question)
		fmt.Fprintf(instrument, "%s=21.5 C\r", question[:n-1])
	}()

	k := kernel.New()
	line, err := serial.Open(serial.Config{Path: device.Name(), Speed: 19200, Shared: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	var wheel *readwrite.Wheel
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			lines, err := filter.NewLine(filter.LineConfig{Literal: "\r", MaxLength: 80})
			if err != nil {
				fmt.Println(err)
				return
			}
			wheel, err = readwrite.New(k, readwrite.Config{
				Handle: line.Handle, Filter: lines, Events: readwrite.Names{Input: "reading", Error: "failed"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			wheel.Put("T")
		},
		"reading": func(e kernel.Event) {
			fmt.Println(kernel.Arg[string](e, 0))
			wheel.Close()
		},
		"failed": func(e kernel.Event) {
			fmt.Println(kernel.OpErrorOf(e))
			wheel.Close()
		},
	})
	fmt.Println(k.Run())
	// Output:
	// T=21.5 C
	// <nil>
}

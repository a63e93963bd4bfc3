package readwrite_test

import (
	"fmt"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// The synopsis of POE::Filter::Reference: a value through a pipe. With
// storable.Serializer in place of filter.JSON the peer can be a Perl program.
func ExampleConfig_reference() {
	read, write, err := kernel.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New()
	var wheel *readwrite.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			wheel, err = readwrite.New(e.Kernel, readwrite.Config{
				InputHandle:  read,
				OutputHandle: write,
				Filter:       filter.Must(filter.NewReference(filter.ReferenceConfig{Serializer: filter.JSON{}})),
				Events:       readwrite.Names{Input: "got_data"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			wheel.Put(map[string]int{"key_1": 111, "key_2": 222})
		},
		"got_data": func(e kernel.Event) {
			fmt.Println("Got data:", e.Arg(0))
			fmt.Println("Bye!")
			wheel.Close()
		},
	})
	k.Run()
	// Output:
	// Got data: map[key_1:111 key_2:222]
	// Bye!
}

// The synopsis of POE::Filter::Stream: keys as they are typed, until ^C. Here
// they come from a pipe and not from a terminal in raw mode, one at a time.
func ExampleConfig_stream() {
	read, keyboard, err := kernel.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	screen, write, err := kernel.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New()
	var wheel *readwrite.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			wheel, err = readwrite.New(e.Kernel, readwrite.Config{
				InputHandle:  read,
				OutputHandle: write,
				Filter:       filter.NewStream(),
				AutoFlush:    true,
				Events:       readwrite.Names{Input: "got_some_data"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Fprint(keyboard, "a")
		},
		"got_some_data": func(e kernel.Event) {
			typed := kernel.Arg[string](e, 0)
			wheel.Put("<" + typed + ">")
			if typed == "\x03" {
				wheel.Close()
				return
			}
			fmt.Fprint(keyboard, "\x03")
		},
		"_stop": func(kernel.Event) { fmt.Println("restored") },
	})
	k.Run()
	buf := make([]byte, 100)
	n, err := screen.Read(buf)
	fmt.Printf("%q %v\n", buf[:n], err)
	keyboard.Close()
	screen.Close()
	// Output:
	// restored
	// "<a><\x03>" <nil>
}

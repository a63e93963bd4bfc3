package readline_test

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readline"
)

// The manual's synopsis, but for the terminal: here the lines come from a pipe.
func Example() {
	in, keyboard, err := kernel.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(keyboard, "hello\nworld\n")
	keyboard.Close()

	k := kernel.New()
	var console *readline.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			console, err = readline.New(e.Kernel, readline.Config{
				Input:  in, // nil is standard input
				Events: readline.Names{Input: "got_user_input"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			console.Get("Go: ")
		},
		"got_user_input": func(e kernel.Event) {
			line, ok := kernel.ArgOK[string](e, 0)
			if !ok {
				fmt.Printf("%s caught. B'bye!\n", e.Args[1])
				console.Close()
				return
			}
			fmt.Println("You entered:", line)
			console.AddHistory(line)
			console.Get("Go: ")
		},
	})
	k.Run()
	fmt.Println(console.History())
	// Output:
	// You entered: hello
	// You entered: world
	// eot caught. B'bye!
	// [hello world]
}

// A wheel that reports by functions, and reads until a condition holds.
func ExampleFuncs() {
	in, keyboard, err := kernel.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(keyboard, "ls\nquit\n")
	keyboard.Close()

	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			console, err := readline.New(e.Kernel, readline.Config{
				Input: in,
				Events: readline.Funcs{Input: func(w *readline.Wheel, line string, why readline.Exception) {
					if why != "" || line == "quit" {
						w.Close()
						return
					}
					fmt.Println("running", line)
					w.Get("$ ")
				}},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			console.Get("$ ")
		},
	})
	k.Run()
	// Output: running ls
}

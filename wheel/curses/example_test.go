package curses_test

import (
	"fmt"

	"github.com/gdamore/tcell/v2"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/curses"
)

// The manual's synopsis, on a simulated screen.
func Example() {
	screen := tcell.NewSimulationScreen("UTF-8") // leave Screen out for the terminal
	k := kernel.New()
	var console *curses.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			console, err = curses.New(e.Kernel, curses.Config{
				Screen: screen,
				Events: curses.Names{Input: "got_keystroke"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			screen.InjectKey(tcell.KeyRune, 'q', tcell.ModNone)
			screen.InjectKey(tcell.KeyF1, 0, tcell.ModNone)
			screen.InjectKey(tcell.KeyCtrlC, 0, tcell.ModCtrl)
		},
		"got_keystroke": func(e kernel.Event) {
			key := kernel.Arg[*tcell.EventKey](e, 0)
			console.Screen().PutStr(0, 0, key.Name())
			console.Screen().Show()
			fmt.Println(key.Name())
			if key.Key() == tcell.KeyCtrlC {
				console.Close()
			}
		},
	})
	k.Run()
	// Output:
	// Rune[q]
	// F1
	// Ctrl+C
}

// A wheel that reports by functions.
func ExampleFuncs() {
	screen := tcell.NewSimulationScreen("UTF-8")
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := curses.New(e.Kernel, curses.Config{
				Screen: screen,
				Events: curses.Funcs{
					Input: func(w *curses.Wheel, key *tcell.EventKey) {
						fmt.Println("key", key.Name())
						w.Close()
					},
					Error: func(w *curses.Wheel, err *kernel.OpError) { fmt.Println(err) },
				},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			screen.InjectKey(tcell.KeyEnter, 0, tcell.ModNone)
		},
	})
	k.Run()
	// Output: key Enter
}

package nfa_test

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

// login is the runstate of the machine in the example.
type login struct{ user string }

var loginStates = nfa.States[login]{
	"initial":  {"setup": (*login).setup},
	"login":    {"on_entry": (*login).askUser, "on_input": (*login).saveUser},
	"password": {"on_entry": (*login).askPassword, "on_input": (*login).check},
	"cmd":      {"on_entry": (*login).prompt, "on_input": (*login).command},
}

func (l *login) setup(e nfa.Event) {
	e.Kernel.AliasSet("login")
	e.Machine.GotoState("login", "on_entry")
}

func (l *login) askUser(e nfa.Event) { fmt.Println("Login:") }

func (l *login) saveUser(e nfa.Event) {
	l.user = kernel.Arg[string](e.Event, 0)
	e.Machine.GotoState("password", "on_entry")
}

func (l *login) askPassword(e nfa.Event) { fmt.Println("Password:") }

func (l *login) check(e nfa.Event) {
	if e.Arg(0) == l.user {
		e.Machine.GotoState("cmd", "on_entry")
		return
	}
	e.Machine.GotoState("login", "on_entry")
}

func (l *login) prompt(e nfa.Event) { fmt.Println("Cmd:") }

func (l *login) command(e nfa.Event) {
	fmt.Printf("  <<%v>>\n", e.Arg(0))
	if e.Arg(0) == "quit" {
		fmt.Println("Bye!")
		e.Machine.Stop()
		return
	}
	e.Machine.GotoState("cmd", "on_entry")
}

// The machine of POE::NFA's synopsis: what on_input means depends on the state.
func Example() {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	m, err := nfa.Spawn(k, &login{}, loginStates)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.GotoState("initial", "setup")
	lines := []string{"fred", "wrong", "fred", "fred", "ls", "quit"}
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("type") },
		"type": func(e kernel.Event) {
			fmt.Println(">", lines[0])
			e.Kernel.Post(m.ID(), "on_input", lines[0])
			if lines = lines[1:]; len(lines) > 0 {
				e.Kernel.Delay("type", time.Second)
			}
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Login:
	// > fred
	// Password:
	// > wrong
	// Login:
	// > fred
	// Password:
	// > fred
	// Cmd:
	// > ls
	//   <<ls>>
	// Cmd:
	// > quit
	//   <<quit>>
	// Bye!
}

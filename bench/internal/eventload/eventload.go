// Package eventload has the sessions with which several commands measure what an
// event costs. Each function makes them for a kernel that has not run, and they end
// after n events.
package eventload

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Yields makes a session that posts to itself.
func Yields(k *kernel.Kernel, n int) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			if n--; n > 0 {
				e.Kernel.Yield("next")
			}
		},
	})
	return err
}

// Posts makes two sessions that answer each other, so that no event is like the one
// before it.
func Posts(k *kernel.Kernel, n int) error {
	answer := func(e kernel.Event) {
		if n--; n > 0 {
			must(e.Kernel.Post(e.Sender, "ball"))
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			s, err := session.Inline(e.Kernel, session.Funcs{"_start": func(kernel.Event) {}, "ball": answer})
			must(err)
			must(e.Kernel.Post(s.ID(), "ball"))
		},
		"_child": func(kernel.Event) {},
		"ball":   answer,
	})
	return err
}

// Calls makes a session that calls another one.
func Calls(k *kernel.Kernel, n int) error {
	s, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.Yield("last") }, "add": func(kernel.Event) {}})
	if err != nil {
		return err
	}
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		for range n {
			_, err := e.Kernel.Call(s.ID(), "add")
			must(err)
		}
	}})
	return err
}

// must ends a command whose sessions are not as they are made here.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

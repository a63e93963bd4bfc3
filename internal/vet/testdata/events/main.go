// Names that are wrong, or nearly right.
package main

import (
	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/readwrite"
)

const add poe.Name[int] = "addd" // of no state

func main() {
	k := poe.New()
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.AliasSet("logger")
			e.Yield("got_lien")                        // want `no state is named "got_lien": did you mean "got_line"\?`
			e.Yield("elsewhere")                       // want `no state is named "elsewhere"`
			e.Delay("tikc", 1e9)                       // want `no state is named "tikc": did you mean "tick"\?`
			e.Kernel.AlarmSet("tiick", e.Kernel.Now()) // want `did you mean "tick"\?`
			e.Sig("INT", "interupted")                 // want `did you mean "interrupted"\?`
			e.SigChild(1, "chlid_ended")               // want `did you mean "child_ended"\?`
			ended := e.Session.Postback("child_endde") // want `did you mean "child_ended"\?`
			ended.Release()
			e.Post(poe.Alias("loger"), "got_line", "x")  // want `no session has the alias "loger": did you mean "logger"\?`
			e.Post(poe.Alias("logger"), "got_lines")     // want `did you mean "got_line"\?`
			e.Post(poe.Alias("far away"), "other event") // nobody here knows
			e.Call(e.Session, "tik")
			e.Call(e.Session, "ticck")                        // want `did you mean "tick"\?`
			k.Outside().Post(poe.Alias("logger"), "shutdwon") // want `did you mean "shutdown"\?`
			e.Kernel.Offload("resutl", nil)                   // want `did you mean "result"\?`
			add.Yield(e.Kernel, 1)                            // want `did you mean "add"\?`
		},
		"add":         func(poe.Event) {},
		"shutdown":    func(poe.Event) {},
		"got_line":    func(poe.Event) {},
		"tick":        func(poe.Event) {},
		"result":      func(poe.Event) {},
		"interrupted": func(poe.Event) {},
		"child_ended": func(poe.Event) {},
		"forgotten":   func(poe.Event) {}, // want `nothing posts the event "forgotten"`
	})
	if _, err := servertcp.New(k, servertcp.Config{Alias: "chat"}); err != nil {
		panic(err)
	}
	k.Post(poe.Alias("chatt"), "shutdown") // want `did you mean "chat"\?`
	w, err := readwrite.New(k, readwrite.Config{Events: readwrite.Names{
		Input: "got_lin", // want `did you mean "got_line"\?`
		Error: "failed",  // want `no state is named "failed"`
	}})
	if err != nil {
		panic(err)
	}
	w.Close()
}

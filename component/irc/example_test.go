package irc_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/plugin"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// A bot that answers, and a user who asks it, on a server in the same program.
func Example() {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:6667"))
	server, err := ircd.New(k, ircd.Config{Name: "irc.example", Listener: at.Handle()})
	if err != nil {
		fmt.Println(err)
		return
	}
	config := irc.Config{Dial: func(d *clienttcp.Dialing) { d.Complete(at.Dial()) }}
	join := func(e kernel.Event) { irc.From(e).Join("#perl") }

	_, _ = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			config.Nick = "flibble"
			bot, _ := irc.New(k, config)
			_ = bot.AddPlugin("BotCommand", &plugin.BotCommand{Commands: map[string]plugin.Command{
				"shout": {Info: "Says it loud.", Run: func(call *plugin.Call) { call.Reply(strings.ToUpper(call.Text)) }},
			}})
			bot.Connect(irc.Config{})
		},
		"irc_001":      join,
		"irc_join":     func(e kernel.Event) { fmt.Println(irc.MemberOf(e).Nick, "joins") },
		"irc_shutdown": func(kernel.Event) {},
		"irc_quit":     func(e kernel.Event) { irc.From(e).Shutdown("") },
	})
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			config.Nick = "ann"
			ann, _ := irc.New(k, config)
			ann.Connect(irc.Config{})
		},
		"irc_001": join,
		"irc_366": func(e kernel.Event) { irc.From(e).Say("#perl", "flibble: shout hello") },
		"irc_public": func(e kernel.Event) {
			m := irc.TextOf(e)
			fmt.Println(m.Nick, "on", m.Target(), "says", m.Text)
			irc.From(e).Shutdown("bye")
			server.Shutdown()
		},
	})
	fmt.Println(k.Run())
	// Output:
	// flibble joins
	// ann joins
	// flibble on #perl says HELLO
	// <nil>
}

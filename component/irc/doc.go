// Package irc is an IRC client as a component: POE::Component::IRC and
// POE::Component::IRC::State in Go, on component clienttcp.
//
//	k := poe.New()
//	irc.New(k, irc.Config{Alias: "irc", Nick: "flibble", Server: "irc.example.org"})
//	session.Inline(k, session.Funcs{
//		"_start": func(e kernel.Event) {
//			e.Post(kernel.Alias("irc"), "register", "001", "public")
//			e.Post(kernel.Alias("irc"), "connect")
//		},
//		"irc_001": func(e kernel.Event) { irc.From(e).Join("#perl") },
//		"irc_public": func(e kernel.Event) {
//			m := irc.TextOf(e)
//			if what, ok := strings.CutPrefix(m.Text, "rot13 "); ok {
//				irc.From(e).Say(m.Targets[0], m.Nick+": "+rot13(what))
//			}
//		},
//	})
//
// # Events
//
// A session that has registered gets the events "irc_001", "irc_public" and so
// on, with the arguments of the original: all three-digit replies (server,
// text, list of parameters), public, msg, notice, snotice, join, part, quit,
// nick, kick, mode, topic, invite, ctcp, ctcp_*, ctcpreply_*, dcc_*, whois,
// whowas, isupport, cap, ping, error, connected, disconnected, socketerr,
// registered, shutdown, raw, raw_out, plugin_add, plugin_del, plugin_error,
// delay_set and delay_removed, and every other command in lower case with the
// sender and its parameters. Where the original has an array there is a
// []string, and where it has a hash there is a pointer to a struct. [TextOf],
// [MemberOf], [ModeOf], [TopicOf], [NumericOf] and [DCCOf] return these
// arguments as typed values; [From] returns the client that has sent an event,
// and [Client.Message] the message on the wire with its tags.
//
// Events are called, not posted, in the order in which they arrived: a handler
// sees the client's state as it was when the event happened.
//
// With Config.State the client tracks channels and users, see [Client.Channel]
// and [Client.User]; it then sends chan_sync, chan_mode, user_mode, nick_sync,
// user_away, user_back and the other events of POE::Component::IRC::State, and
// quit, nick, kick, topic, disconnected, error and socketerr have the further
// arguments which that class documents.
//
// IRCv3 adds the events account, away, chghost, setname, batch_start,
// batch_end, tagmsg, fail, warn, note, and, with the capability echo-message,
// echo_public, echo_msg, echo_notice and echo_ctcp_* for what the client itself
// has sent. sasl_ok and sasl_failed report the result of logging in; queue_full
// and state_limit report that a limit of the client was reached.
//
// # Commands
//
// The original's commands are events of the client, which can be posted or
// called: register, unregister, connect, shutdown, privmsg, notice, ctcp,
// ctcpreply, join, part, kick, mode, nick, topic, quit, whois, quote and all
// the others of its manual, with debug. Many have a method as well. A command is sent
// immediately or waits in the queue of the flood control, which uses the
// algorithm of ircd-hybrid as in the original.
//
// # Differences
//
// Commands that one handler posts reach the server in that order; in the
// original, other commands may overtake a ctcp. Capabilities are requested only
// if the server offers them, before the client registers with the server.
// Lines, queues, waiting times and state are bounded, see [Limits] and
// [Timeouts].
//
// # Goroutines
//
// All methods belong to the kernel's goroutine.
package irc

// A bot made of plugins: it joins its channel, identifies itself to NickServ, gets
// its nick back, comes back when it is cut off, and says what it knows about the
// channel and its people.
//
//	go run . HOST PORT CHANNEL [SECONDS]
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/component/irc/plugin"
)

func main() {
	args := append(os.Args[1:], []string{"localhost", "6667", "#poe", "60"}[min(len(os.Args)-1, 4):]...)
	port, _ := strconv.Atoi(args[1])
	seconds, _ := strconv.Atoi(args[3])
	pause := time.Duration(seconds) * time.Second
	k := poe.New()
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			c, err := irc.New(k, irc.Config{Nick: "poebot", RealName: "a bot", Server: args[0], Port: port, State: true, Flood: true})
			if err != nil {
				log.Fatal(err)
			}
			c.AddPlugin("Connector", &plugin.Connector{Reconnect: pause})
			c.AddPlugin("NickServID", &plugin.NickServID{Password: "secret"})
			c.AddPlugin("NickReclaim", &plugin.NickReclaim{Poll: time.Minute})
			c.AddPlugin("AutoJoin", &plugin.AutoJoin{Channels: map[string]string{args[2]: ""}, RejoinOnKick: true, RejoinDelay: pause})
			c.AddPlugin("BotCommand", &plugin.BotCommand{NotAddressed: true, NoPrivate: true, Commands: map[string]plugin.Command{
				"ops":   {Info: "Who has op on this channel.", Run: ops},
				"topic": {Info: "What the topic is, and who has set it.", Run: topic},
				"where": {Info: "On which channels somebody is. One argument: a nick.", Run: where},
			}})
			c.Connect(irc.Config{})
			e.Sig("INT", "stop", c)
		},
		"irc_join":         func(e poe.Event) { fmt.Println(irc.MemberOf(e).Nick, "is on", irc.MemberOf(e).Channel) },
		"irc_disconnected": func(poe.Event) { fmt.Println("disconnected") },
		"stop": func(e poe.Event) {
			e.SigHandled()
			poe.Arg[*irc.Client](e, 1).Shutdown("bye")
		},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func ops(c *plugin.Call) {
	names := slices.DeleteFunc(c.Client.Channel(c.Where).Nicks(), func(nick string) bool { return !c.Client.IsChannelOperator(c.Where, nick) })
	c.Reply("op: " + strings.Join(names, " "))
}

func topic(c *plugin.Call) {
	text := "there is no topic"
	if t := c.Client.Channel(c.Where).Topic; t.Text != "" {
		text = t.Text + ", says " + ircutil.ParseSource(t.SetBy).Nick
	}
	c.Reply(text)
}

func where(c *plugin.Call) {
	text := "I cannot see them"
	if u := c.Client.User(c.Text); u != nil {
		text = c.Text + " is on " + strings.Join(u.Channels(), " ")
	}
	c.Reply(text)
}

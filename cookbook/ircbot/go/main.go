// An IRC bot: it keeps karma, remembers who was seen when, and reminds. When the
// connection is lost it comes back.
//
//	go run . HOST PORT CHANNEL [MILLISECONDS]
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
)

type bot struct {
	*clienttcp.Client
	nick, channel string
	pause         time.Duration // before it connects again
	leaving       bool
	karma         map[string]int
	seen          map[string]string
}

// on is what the server says, and what people do: who, and the words.
var on = map[string]reaction{
	"001":     {0, func(b *bot, _ string, _ []string) { b.Put("JOIN " + b.channel) }},
	"433":     {0, (*bot).nickTaken},
	"PING":    {1, func(b *bot, _ string, words []string) { b.Put("PONG :" + words[0]) }},
	"JOIN":    {1, (*bot).joined},
	"PART":    {0, func(b *bot, who string, _ []string) { b.seen[who] = "leaving" }},
	"QUIT":    {0, func(b *bot, who string, _ []string) { b.seen[who] = "quitting" }},
	"PRIVMSG": {2, (*bot).heard},
}

// reaction is what the bot does about a message, which must have so many words
// for it.
type reaction struct {
	words int
	react func(b *bot, who string, words []string)
}

var commands = map[string]func(b *bot, where, who, words string){
	"karma": (*bot).tellKarma, "seen": (*bot).tellSeen, "remind": (*bot).remind,
}

func main() {
	host, port := "localhost", 6667
	b := &bot{channel: "#poe", pause: 10 * time.Second, karma: map[string]int{}, seen: map[string]string{}}
	if len(os.Args) > 3 {
		host, b.channel = os.Args[1], os.Args[3]
		port, _ = strconv.Atoi(os.Args[2])
	}
	if len(os.Args) > 4 {
		milliseconds, _ := strconv.Atoi(os.Args[4])
		b.pause = time.Duration(milliseconds) * time.Millisecond
	}
	k := poe.New()
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: host,
		RemotePort:    port,
		Started:       func(c *clienttcp.Client) { b.Client = c; k.Sig("INT", "stop") },
		Connected:     func(*clienttcp.Client) { b.connected() },
		ServerInput:   clienttcp.Input(func(_ *clienttcp.Client, line string) { b.input(line) }),
		ServerError:   func(*clienttcp.Client, *poe.OpError) {},
		Disconnected:  func(*clienttcp.Client) { fmt.Println("disconnected"); b.comeBack() },
		ConnectError:  func(*clienttcp.Client, *poe.OpError) { fmt.Println("cannot connect"); b.comeBack() },
		InlineStates: poe.Funcs{
			"due":  func(e poe.Event) { b.say(poe.Arg[string](e, 0), poe.Arg[string](e, 1)) },
			"stop": b.stop,
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (b *bot) comeBack() {
	if !b.leaving {
		b.Delay("reconnect", b.pause)
	}
}

func (b *bot) say(to, text string) { b.Put("PRIVMSG " + to + " :" + text) }

func (b *bot) connected() {
	b.nick = "poebot"
	b.Put("NICK " + b.nick)
	b.Put("USER poebot 0 * :a bot")
}

func (b *bot) nickTaken(string, []string) {
	b.nick += "_"
	b.Put("NICK " + b.nick)
}

func (b *bot) joined(who string, words []string) {
	fmt.Println(who, "is in", words[0])
	b.seen[who] = "joining"
}

var message = regexp.MustCompile(`^(?::([^ !]+)\S* +)?(\S+) *(.*)$`)

// input gets a message: [:SENDER] COMMAND WORDS [:REST].
func (b *bot) input(line string) {
	m := message.FindStringSubmatch(line)
	if m == nil {
		return
	}
	middle, rest, hasRest := strings.Cut(" "+m[3], " :")
	words := strings.Fields(middle)
	if hasRest {
		words = append(words, rest)
	}
	if r, known := on[m[2]]; known && len(words) >= r.words {
		r.react(b, m[1], words)
	}
}

var (
	command = regexp.MustCompile(`^!(\w+) *(.*)$`)
	praise  = regexp.MustCompile(`^(\w+)(\+\+|--)$`)
)

func (b *bot) heard(who string, words []string) {
	where, text := words[0], words[1]
	b.seen[who] = "saying: " + text
	if where == b.nick {
		where = who
	}
	if m := command.FindStringSubmatch(text); m != nil && commands[m[1]] != nil {
		commands[m[1]](b, where, who, m[2])
	} else if m := praise.FindStringSubmatch(text); m != nil {
		switch {
		case m[1] == who:
			b.say(where, who+": not oneself")
		case m[2] == "++":
			b.karma[m[1]]++
		default:
			b.karma[m[1]]--
		}
	}
}

func (b *bot) tellKarma(where, who, name string) {
	if name == "" {
		name = who
	}
	b.say(where, fmt.Sprint(name, " has a karma of ", b.karma[name]))
}

func (b *bot) tellSeen(where, _, name string) {
	if b.seen[name] == "" {
		b.say(where, "I have not seen "+name)
		return
	}
	b.say(where, name+" was last seen "+b.seen[name])
}

var reminder = regexp.MustCompile(`^(\d+) (.+)$`)

func (b *bot) remind(where, who, words string) {
	m := reminder.FindStringSubmatch(words)
	if m == nil {
		b.say(where, who+": !remind MILLISECONDS TEXT")
		return
	}
	milliseconds, _ := strconv.Atoi(m[1])
	b.DelaySet("due", time.Duration(milliseconds)*time.Millisecond, where, who+": "+m[2])
}

// stop says QUIT: the server closes the connection when it has got that.
func (b *bot) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	e.AlarmRemoveAll()
	b.leaving = true
	b.Put("QUIT :bye")
}

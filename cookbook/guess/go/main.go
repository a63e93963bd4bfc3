// A game: guess the number. Each guess has its time, and who is too slow has lost
// a try. All players hear of those who find it.
//
//	go run . PORT [NUMBER...]
package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

// game is what the connections share.
type game struct {
	numbers []int // to be guessed, in this order, then any
	players []*player
}

// player is the heap of a connection.
type player struct {
	*servertcp.Client
	game          *game
	name          string
	number, tries int // the number is 0 when nothing is played
	time          time.Duration
}

func main() {
	port := 4012
	g := &game{}
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
		for _, arg := range os.Args[2:] {
			number, _ := strconv.Atoi(arg)
			g.numbers = append(g.numbers, number)
		}
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address: "127.0.0.1",
		Port:    port,
		ClientConnected: func(c *servertcp.Client) {
			c.Heap = &player{Client: c, game: g}
			c.Put("Your name?")
		},
		ClientInput:        servertcp.Input(func(c *servertcp.Client, line string) { c.Heap.(*player).input(line) }),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Heap.(*player).left() },
		InlineStates: poe.Funcs{
			"slow": func(e poe.Event) { poe.Heap[servertcp.Client](e).Heap.(*player).tryAgain("Too slow.") },
			"hear": func(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

var (
	playing = regexp.MustCompile(`^play (\d{1,6})$`)
	number  = regexp.MustCompile(`^\d{1,9}$`)
)

func (p *player) input(line string) {
	m := playing.FindStringSubmatch(line)
	switch {
	case p.name == "":
		p.name = line
		p.game.players = append(p.game.players, p)
		p.Put("Hello, " + line + ". Say: play MILLISECONDS")
	case m != nil:
		milliseconds, _ := strconv.Atoi(m[1])
		p.number, p.tries, p.time = p.game.next(), 0, time.Duration(milliseconds)*time.Millisecond
		p.Put("It is from 1 to 100.")
		p.Delay("slow", p.time)
	case line == "quit":
		p.Shutdown()
	case p.number == 0:
		p.Put("Say: play MILLISECONDS, or quit")
	case number.MatchString(line):
		guess, _ := strconv.Atoi(line)
		p.guess(guess)
	default:
		p.Put("That is no number.") // and the time goes on
	}
}

func (g *game) next() int {
	if len(g.numbers) == 0 {
		return 1 + rand.IntN(100)
	}
	number := g.numbers[0]
	g.numbers = g.numbers[1:]
	return number
}

func (p *player) guess(guess int) {
	switch {
	case guess < p.number:
		p.tryAgain("It is more.")
	case guess > p.number:
		p.tryAgain("It is less.")
	default:
		text := fmt.Sprintf("%s has found %d with try %d.", p.name, guess, p.tries+1)
		for _, other := range p.game.players {
			p.Post(other.Session, "hear", text)
		}
		p.over()
	}
}

// tryAgain takes a try away; the next one has its time again.
func (p *player) tryAgain(why string) {
	p.tries++
	left := 5 - p.tries
	if left == 0 {
		p.Put(fmt.Sprintf("%s You have lost: it was %d.", why, p.number))
		p.over()
		return
	}
	p.Put(fmt.Sprintf("%s %d left.", why, left))
	p.Delay("slow", p.time)
}

func (p *player) over() {
	p.number = 0
	p.DelayClear("slow")
}

func (p *player) left() {
	p.game.players = slices.DeleteFunc(p.game.players, func(other *player) bool { return other == p })
	p.DelayClear("slow") // else it would keep the session
}

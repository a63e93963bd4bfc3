package conformance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// account is the state of one conversation.
type account struct {
	nonce, sum int
	user       string
}

var addition = regexp.MustCompile(`^add (-?\d+)$`)

// answer deals with one line of a conversation.
func (a *account) answer(c *servertcp.Client, line string) {
	switch sum := addition.FindStringSubmatch(line); {
	case a.user == "":
		user, given, _ := strings.Cut(line, " ")
		if n, err := strconv.Atoi(given); err != nil || n != 2*a.nonce {
			c.Put("denied")
			c.Shutdown()
			return
		}
		a.user = user
		c.Put("welcome " + user)
	case sum != nil:
		n, _ := strconv.Atoi(sum[1])
		a.sum += n
		c.Put(fmt.Sprint("sum ", a.sum))
	case line == "quit":
		c.Put("bye " + a.user)
		c.Shutdown()
	default:
		c.Put("unknown: " + line)
	}
}

func p520(p *port) {
	k := p.kernel()
	served := 0
	server := p.server(k, servertcp.Config{
		Alias: "server",
		ClientConnected: func(c *servertcp.Client) {
			served++
			c.Heap = &account{nonce: 7 * served}
			c.Put(fmt.Sprint("challenge ", 7*served))
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Heap.(*account).answer(c, line) }),
	})
	play := func(name string, steps []string, done func()) {
		inline(k, states{
			"_start": func(kernel.Event) { k.SelectRead(p.dial(portOf(server.Addr())).handle(), "readable") },
			"readable": func(e kernel.Event) {
				h, buf := kernel.Arg[*kernel.Handle](e, 0), make([]byte, 1000)
				n, _ := h.Read(buf)
				if n == 0 {
					p.out(name+":", "end of file")
					k.SelectClear(h, kernel.Read)
					h.Close()
					done()
					return
				}
				for line := range strings.SplitSeq(strings.TrimSuffix(string(buf[:n]), "\r\n"), "\r\n") {
					p.out(name+":", line)
					if len(steps) > 0 && line == steps[0] {
						h.Write([]byte(steps[1]))
						steps = steps[2:]
					}
				}
			},
		})
	}
	good := []string{"challenge 7", "alice 14\n", "welcome alice", "add 2\nadd 40\nfoo bar\n", "unknown: foo bar", "quit\n"}
	bad := []string{"challenge 14", "mallory 13\n"}
	late := []string{"challenge 21", "bob 42\n", "welcome bob", "add -5\nquit\n"}
	play("good", good, func() {
		play("bad", bad, func() {
			play("late", late, func() { k.Post(kernel.Alias("server"), "shutdown") })
		})
	})
	k.Run()
}

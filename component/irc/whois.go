package irc

import (
	"strconv"
	"time"
)

// maxWhois bounds how many answers to WHOIS and WHOWAS may be incomplete, and how
// many channels one may have.
const (
	maxWhois         = 64
	maxWhoisChannels = 1000
)

// Whois is the answer to WHOIS or WHOWAS, the argument of the events whois and
// whowas. Fields that the server has not sent are zero.
type Whois struct {
	Nick, User, Host, RealName string
	Server                     string
	Idle                       time.Duration
	SignOn                     time.Time
	Channels                   []string // with the signs of the user's modes before the name
	Operator                   string   // the server's text about an operator
	Account                    string   // POE: identified
	Actually                   string   // the real address
	Modes                      string
	Away                       string
	Secure                     bool // connected by TLS
}

// whoisReplies are the parts of an answer. The first parameter is the nick.
var whoisReplies = map[string]func(*Client, *Event){
	"311": func(c *Client, ev *Event) { c.whoisOf("whois", ev).user(ev) },
	"314": func(c *Client, ev *Event) { c.whoisOf("whowas", ev).user(ev) },
	"312": (*Client).whoisServer,
	"313": whoisPart(func(w *Whois, ev *Event) { w.Operator = param(ev, 1) }),
	"317": whoisPart((*Whois).idle),
	"319": whoisPart((*Whois).channels),
	"330": whoisPart(func(w *Whois, ev *Event) { w.Account = param(ev, 1) }),
	"307": whoisPart(func(w *Whois, ev *Event) { w.Account = param(ev, 1) }),
	"310": whoisPart(func(w *Whois, ev *Event) { w.Modes = param(ev, 1) }),
	"338": whoisPart(func(w *Whois, ev *Event) { w.Actually = param(ev, 1) }),
	"671": whoisPart(func(w *Whois, _ *Event) { w.Secure = true }),
	"301": (*Client).whoisAway,
	"318": func(c *Client, ev *Event) { c.whoisEnd("whois", ev) },
	"369": func(c *Client, ev *Event) { c.whoisEnd("whowas", ev) },
}

// whoisOf returns the answer that a reply belongs to. Those beyond the limit go
// nowhere.
func (c *Client) whoisOf(kind string, ev *Event) *Whois {
	key := kind + " " + c.Casemapping().Lower(param(ev, 0))
	w := c.whois[key]
	if w == nil {
		w = &Whois{Nick: param(ev, 0)}
		if len(c.whois) < maxWhois {
			c.whois[key] = w
		}
	}
	return w
}

func whoisPart(f func(*Whois, *Event)) func(*Client, *Event) {
	return func(c *Client, ev *Event) { f(c.whoisOf("whois", ev), ev) }
}

// whoisServer is the server of either.
func (c *Client) whoisServer(ev *Event) {
	kind := "whois"
	if c.whois["whowas "+c.Casemapping().Lower(param(ev, 0))] != nil {
		kind = "whowas"
	}
	c.whoisOf(kind, ev).Server = param(ev, 1)
}

// whoisAway is also the answer to a message to someone who is away.
func (c *Client) whoisAway(ev *Event) {
	if w := c.whois["whois "+c.Casemapping().Lower(param(ev, 0))]; w != nil {
		w.Away = param(ev, 1)
	}
}

// whoisEnd sends the event.
func (c *Client) whoisEnd(kind string, ev *Event) {
	key := kind + " " + c.Casemapping().Lower(param(ev, 0))
	if w := c.whois[key]; w != nil {
		delete(c.whois, key)
		c.EmitNext(kind, w)
	}
}

func (w *Whois) user(ev *Event) {
	list := ev.List(2)
	w.Nick, w.User, w.Host = param(ev, 0), param(ev, 1), param(ev, 2)
	if len(list) > 3 {
		w.RealName = list[len(list)-1]
	}
}

func (w *Whois) idle(ev *Event) {
	if seconds, err := strconv.ParseInt(param(ev, 1), 10, 32); err == nil {
		w.Idle = time.Duration(seconds) * time.Second
	}
	if at, err := strconv.ParseInt(param(ev, 2), 10, 64); err == nil {
		w.SignOn = time.Unix(at, 0)
	}
}

func (w *Whois) channels(ev *Event) {
	list := words(param(ev, 1))
	w.Channels = append(w.Channels, list[:min(len(list), maxWhoisChannels-len(w.Channels))]...)
}

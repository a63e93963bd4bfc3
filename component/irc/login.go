package irc

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DefaultCaps are the IRCv3 capabilities that the client requests if
// Config.Caps is nil. It must not be changed. echo-message is not included:
// with it a client receives its own messages, as the events echo_*.
var DefaultCaps = []string{
	"account-notify", "account-tag", "away-notify", "batch", "cap-notify", "chghost", "extended-join",
	"identify-msg", "invite-notify", "labeled-response", "message-tags", "multi-prefix", "server-time",
	"setname", "userhost-in-names",
}

// maxCaps bounds what a server may offer.
const maxCaps = 256

// loginState is how far the registration with the server has got.
type loginState struct {
	offered   map[string]string // capabilities with their values
	enabled   map[string]bool
	asked     int // requests that are not answered
	ended     bool
	sasl      *saslState
	nicks     int // that were tried
	timer     func()
	localAddr string
}

func (l *loginState) stopTimer() {
	if l.timer != nil {
		l.timer()
		l.timer = nil
	}
}

// done is the end of the registration.
func (l *loginState) done() {
	l.ended, l.sasl = true, nil
	l.stopTimer()
}

// beginLogin says who the client is. A server that knows no capabilities goes on
// without them.
func (c *Client) beginLogin() {
	if wait := c.config.Timeouts.Login; wait != Forever {
		c.login.timer = c.AfterFunc(wait, func() { c.hangUp(errors.New("the server does not let the client in")) })
	}
	config := &c.config
	if w := config.WebIRC; w != nil {
		c.send(priorityLogin, strings.Join([]string{"WEBIRC", w.Password, w.User, w.Host, w.IP}, " "))
	}
	if config.Password != "" {
		c.send(priorityLogin, "PASS "+last(config.Password))
	}
	if len(config.Caps) > 0 || config.SASL != nil {
		c.send(priorityLogin, "CAP LS 302")
	} else {
		c.login.ended = true
	}
	c.send(priorityLogin, "NICK "+config.Nick)
	c.send(priorityLogin, fmt.Sprintf("USER %s %d * :%s", config.Username, max(config.Bitmode, 0), config.RealName))
	c.schedule() // lines from before the connection
}

// capReply handles CAP: its arguments are the subcommand, perhaps a star for a list
// that goes on, and the list.
func (c *Client) capReply(ev *Event) {
	list, more := ev.Text(1), false
	if len(ev.Args) > 2 {
		list, more = ev.Text(2), ev.Text(1) == "*"
	}
	switch strings.ToUpper(ev.Text(0)) {
	case "LS":
		c.capOffer(list)
		if !more && !c.login.ended && c.login.asked == 0 {
			c.askCaps()
		}
	case "NEW":
		c.capOffer(list)
		c.requestCaps()
	case "ACK":
		c.capAck(list)
		c.capAnswered()
	case "NAK":
		c.capAnswered()
	case "DEL":
		for _, name := range words(list) {
			delete(c.login.offered, name)
			delete(c.login.enabled, name)
		}
	}
}

func (c *Client) capOffer(list string) {
	for _, token := range words(list) {
		name, value, _ := strings.Cut(token, "=")
		if len(c.login.offered) < maxCaps {
			c.login.offered[name] = value
		}
	}
}

// askCaps asks for what is wanted, or ends the negotiation.
func (c *Client) askCaps() {
	if !c.requestCaps() {
		c.endCaps()
	}
}

// requestCaps requests what is wanted, offered and not there yet, in lines that
// are answered each as a whole.
func (c *Client) requestCaps() (asked bool) {
	wanted := slices.Clone(c.config.Caps)
	if c.config.SASL != nil {
		wanted = append(wanted, "sasl")
	}
	line := ""
	flush := func() {
		if line != "" {
			c.login.asked++
			c.send(priorityLogin, "CAP REQ :"+line)
			line = ""
		}
	}
	for _, name := range wanted {
		if _, offered := c.login.offered[name]; !offered || c.login.enabled[name] {
			continue
		}
		if len(line)+len(name) > 200 {
			flush()
		}
		line = strings.TrimPrefix(line+" "+name, " ")
	}
	before := c.login.asked
	flush()
	return before > 0 || c.login.asked > before
}

func (c *Client) capAck(list string) {
	for _, name := range words(list) {
		name = strings.TrimLeft(name, "~=")
		removed := strings.HasPrefix(name, "-")
		name = strings.TrimPrefix(name, "-")
		if removed {
			delete(c.login.enabled, name)
		} else if len(c.login.enabled) < maxCaps {
			c.login.enabled[name] = true
		}
		if name == "identify-msg" {
			c.identify = !removed
		}
	}
}

// capAnswered continues when all requests are answered.
func (c *Client) capAnswered() {
	c.login.asked = max(c.login.asked-1, 0)
	if c.login.asked > 0 || c.login.ended {
		return
	}
	if c.login.enabled["sasl"] && c.config.SASL != nil {
		c.beginSASL()
		return
	}
	c.endCaps()
}

// endCaps lets the server register the client.
func (c *Client) endCaps() {
	if c.login.ended {
		return
	}
	c.login.ended = true
	if c.config.SASL != nil && c.config.SASL.Required && !c.login.saslDone() {
		c.hangUp(ErrSASL)
		return
	}
	c.send(priorityLogin, "CAP END")
}

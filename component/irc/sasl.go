package irc

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ergochat/irc-go/ircutils"
	"github.com/xdg-go/scram"
)

// SASL configures logging in to an account.
type SASL struct {
	// Mechanism is "PLAIN", "EXTERNAL" or "SCRAM-SHA-256". If empty, it is
	// chosen: with a Password the first that the server supports of
	// SCRAM-SHA-256 and PLAIN, without one EXTERNAL.
	Mechanism string
	// User is the account, Password its password. EXTERNAL uses the certificate
	// of Config.TLS instead of a password; User, if not empty, is the account
	// to request.
	User, Password string
	// Required makes the client disconnect if logging in has failed.
	Required bool
}

// The mechanisms.
const (
	mechanismPlain    = "PLAIN"
	mechanismExternal = "EXTERNAL"
	mechanismSCRAM    = "SCRAM-SHA-256"
)

// ErrSASL is the reason for disconnecting if SASL.Required is set and logging
// in has failed.
var ErrSASL = errors.New("irc: SASL has failed")

// The limits of what a server may ask for: the bytes of a challenge, and how often
// SCRAM hashes the password, which takes the kernel's time.
const (
	maxChallenge  = 16 << 10
	maxIterations = 100_000
)

func (s *SASL) check() error {
	switch {
	case !slices.Contains([]string{"", mechanismPlain, mechanismExternal, mechanismSCRAM}, s.Mechanism):
		return fmt.Errorf("has the unknown Mechanism %q", s.Mechanism)
	case s.mechanisms()[0] != mechanismExternal && (s.User == "" || s.Password == ""):
		return errors.New("needs User and Password")
	case strings.Contains(s.User+s.Password, "\x00"):
		return errors.New("has a NUL in User or Password")
	}
	return nil
}

// mechanisms are those to use, the best first.
func (s *SASL) mechanisms() []string {
	switch {
	case s.Mechanism != "":
		return []string{s.Mechanism}
	case s.Password == "":
		return []string{mechanismExternal}
	}
	return []string{mechanismSCRAM, mechanismPlain}
}

// saslState is an exchange under way.
type saslState struct {
	mechanism string
	challenge *ircutils.SASLBuffer
	scram     *scram.ClientConversation
	ok        bool
}

func (l *loginState) saslDone() bool { return l.sasl != nil && l.sasl.ok }

// beginSASL names the mechanism.
func (c *Client) beginSASL() {
	offered := strings.Split(c.login.offered["sasl"], ",")
	mechanisms := c.config.SASL.mechanisms()
	i := slices.IndexFunc(mechanisms, func(m string) bool { return offered[0] == "" || slices.Contains(offered, m) })
	if i < 0 {
		c.saslFailed("the server does not have the mechanism")
		return
	}
	state := &saslState{mechanism: mechanisms[i], challenge: ircutils.NewSASLBuffer(maxChallenge)}
	c.login.sasl = state
	if state.mechanism == mechanismSCRAM {
		client, err := scram.SHA256.NewClient(c.config.SASL.User, c.config.SASL.Password, "")
		if err != nil {
			c.saslFailed(err.Error())
			return
		}
		state.scram = client.NewConversation()
	}
	c.send(priorityLogin, "AUTHENTICATE "+state.mechanism)
}

// authenticate answers a challenge.
func (c *Client) authenticate(ev *Event) {
	state := c.login.sasl
	if state == nil || state.ok {
		return
	}
	text := ev.Text(len(ev.Args) - 1) // after the server, if it names itself
	done, challenge, err := state.challenge.Add(text)
	if err != nil {
		c.abortSASL(err)
		return
	}
	if !done {
		return
	}
	response, err := c.config.SASL.respond(state, string(challenge))
	if err != nil {
		c.abortSASL(err)
		return
	}
	for _, chunk := range ircutils.EncodeSASLResponse([]byte(response)) {
		c.send(priorityLogin, "AUTHENTICATE "+chunk)
	}
}

func (s *SASL) respond(state *saslState, challenge string) (string, error) {
	switch state.mechanism {
	case mechanismPlain:
		return s.User + "\x00" + s.User + "\x00" + s.Password, nil
	case mechanismExternal:
		return s.User, nil
	}
	if err := checkIterations(challenge); err != nil {
		return "", err
	}
	return state.scram.Step(challenge)
}

// checkIterations looks at the count in the first message of a SCRAM server.
func checkIterations(challenge string) error {
	for attribute := range strings.SplitSeq(challenge, ",") {
		if count, ok := strings.CutPrefix(attribute, "i="); ok {
			if n, err := strconv.Atoi(count); err != nil || n > maxIterations {
				return fmt.Errorf("irc: the server asks for %q iterations, the limit is %d", count, maxIterations)
			}
		}
	}
	return nil
}

func (c *Client) abortSASL(err error) {
	c.send(priorityLogin, "AUTHENTICATE *")
	c.saslFailed(err.Error())
}

// saslReply handles the replies 900 to 908.
func (c *Client) saslReply(ev *Event) {
	state := c.login.sasl
	if state == nil || c.login.ended {
		return
	}
	switch ev.Name {
	case "903", "907":
		if state.scram != nil && !state.scram.Valid() {
			c.saslFailed("the server has not proved that it knows the password")
			return
		}
		state.ok = true
		c.Emit("sasl_ok", state.mechanism)
		c.endCaps()
	case "902", "904", "905", "906":
		c.saslFailed(ev.Text(1))
	}
}

// saslFailed continues without an account, if that is allowed.
func (c *Client) saslFailed(why string) {
	mechanism := ""
	if c.login.sasl != nil {
		mechanism = c.login.sasl.mechanism
	}
	c.login.sasl = nil
	c.warn("logging in by SASL has failed", "mechanism", mechanism, "error", why)
	c.Emit("sasl_failed", mechanism, why)
	c.endCaps()
}

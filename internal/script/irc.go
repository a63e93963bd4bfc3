package script

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
)

// host is the name of the IRC server of scripts.
const host = "irc.example"

// serveIRC starts an IRC server for the program and visitors.
func (s *stage) serveIRC(name string) error {
	k := kernel.New()
	daemon, err := ircd.New(k, ircd.Config{Name: host, Address: "127.0.0.1", Operators: map[string]string{"root": "secret"}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = k.RunContext(ctx) // the context's error
	}()
	stop := func() error {
		cancel()
		<-ended
		return nil
	}
	s.after(func() { _ = stop() })
	addr := daemon.Addr()
	s.servers[name] = &server{port: int(addr.Port()), close: stop}
	s.addrs[name] = addr.String()
	return nil
}

// ircUser is a visitor of an IRC server. It says lines of IRC and hears what other
// users do: without the server's own messages, and of the sender only the nick.
type ircUser struct{ *connection }

func chat(addr, nick string) (*ircUser, error) {
	c, err := connect(addr)
	if err != nil {
		return nil, err
	}
	u := &ircUser{c}
	if err := u.say(fmt.Sprintf("NICK %s\nUSER %[1]s 0 * :%[1]s", nick)); err != nil {
		return nil, err
	}
	for line := ""; !strings.Contains(line, " 001 "); {
		if line, err = u.connection.hear(); err != nil {
			return nil, fmt.Errorf("logging in: %w", err)
		}
	}
	return u, nil
}

var ircSource = regexp.MustCompile(`^:([^ !]+)![^ ]+ `)

func (u *ircUser) hear() (string, error) {
	for until := time.Now().Add(Timeout); time.Now().Before(until); {
		line, err := u.connection.hear()
		if err != nil {
			return "", err
		}
		if token, asks := strings.CutPrefix(line, "PING "); asks {
			if err := u.say("PONG " + token); err != nil {
				return "", err
			}
		} else if ircSource.MatchString(line) {
			return ircSource.ReplaceAllString(line, "$1 "), nil
		}
	}
	return "", errNothing
}

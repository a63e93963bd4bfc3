package servertcp

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Address is an address to listen at. The fields mean what those of the same
// names in Config mean.
type Address struct {
	Domain  socketfactory.Domain
	Address string
	Port    int
	Service string
	// Listener is a handle that listens already, an inherited one for example;
	// the server owns it, and the other fields are ignored.
	Listener *kernel.Handle
}

// first is the address that the configuration itself names.
func (c *Config) first() Address {
	return Address{Domain: c.Domain, Address: c.Address, Port: c.Port, Service: c.Service, Listener: c.Listener}
}

// String returns the address in the form used in error messages.
func (a Address) String() string {
	port := a.Service
	if port == "" {
		port = strconv.Itoa(a.Port)
	}
	if a.Domain == socketfactory.Unix {
		return a.Address
	}
	return net.JoinHostPort(a.Address, port)
}

// factory is the configuration of the wheel that listens at an address.
func (c *Config) factory(a Address) socketfactory.Config {
	return socketfactory.Config{
		Domain: a.Domain, BindAddress: a.Address, BindPort: a.Port, BindService: a.Service,
		ListenQueue: c.ListenQueue, Reuse: true, Options: c.socketOptions(), Listener: a.Listener,
		Events: listenerEvents,
	}
}

// DefaultKeepAlive is how long a connection may be idle before TCP probes
// whether its peer is still there, if Config.Socket.KeepAlive is 0. A negative
// KeepAlive disables the probes.
const DefaultKeepAlive = 2 * time.Minute

func (c *Config) socketOptions() socketfactory.Options {
	o := c.Socket
	if o.KeepAlive == 0 {
		o.KeepAlive = DefaultKeepAlive
	}
	return o
}

// checkAddresses finds an address at which it is impossible to listen. Whether
// one is free is found out later.
func (c *Config) checkAddresses(func(field, what string) error) error {
	for i, a := range append([]Address{c.first()}, c.ExtraAddresses...) {
		var wrong *kernel.ConfigError
		if !errors.As(c.factory(a).Check(), &wrong) {
			continue
		}
		field := strings.TrimPrefix(wrong.Field, "Bind")
		if i > 0 {
			field = fmt.Sprintf("ExtraAddresses[%d].%s", i-1, field)
		}
		return &kernel.ConfigError{Package: "servertcp", Field: field, Err: wrong.Err}
	}
	return nil
}

// open binds all addresses, or none.
func (c *Config) open() (err error) {
	at := append([]Address{c.first()}, c.ExtraAddresses...)
	for i, a := range at {
		if a.Listener == nil {
			if at[i].Listener, err = socketfactory.Listen(c.factory(a)); err != nil {
				err = fmt.Errorf("servertcp: listening at %v: %w", a, err)
				break
			}
		}
	}
	if err != nil {
		for _, a := range at {
			if a.Listener != nil {
				a.Listener.Close()
			}
		}
		return err
	}
	c.Listener, c.ExtraAddresses = at[0].Listener, at[1:]
	return nil
}

// listen makes the listening wheels, in the listener's _start. One address is
// bound by its wheel, as in POE; several are bound first, all or none.
func (l *Listener) listen(e kernel.Event) {
	if l.joinShards(e) {
		return // others accept
	}
	if len(l.config.ExtraAddresses) > 0 {
		if err := l.config.open(); err != nil {
			var failed *kernel.OpError
			if !errors.As(err, &failed) {
				panic(err) // the configuration is wrong
			}
			_ = e.Kernel.Host().PostError(e.Session, "tcp_server_got_error", failed)
			return
		}
	}
	for _, a := range append([]Address{l.config.first()}, l.config.ExtraAddresses...) {
		made := l.config.factory(a)
		if l.direct() {
			made.Events = socketfactory.Funcs{Success: l.accepted, Failure: l.failed}
		}
		w, err := socketfactory.New(e.Kernel, made)
		if err != nil {
			panic(err)
		}
		l.wheels = append(l.wheels, w)
	}
	l.Wheel = l.wheels[0]
}

// Addrs returns all addresses at which the server listens, that of Config
// first and then those of Config.ExtraAddresses.
func (l *Listener) Addrs() []net.Addr {
	var all []net.Addr
	for i, w := range l.wheels {
		all = append(all, l.addrOf(i, w))
	}
	return all
}

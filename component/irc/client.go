package irc

import (
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/irc/ircutil"
	ircfilter "github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Message is a message on the wire.
type Message = ircfilter.Message

// Client is an IRC client, and the heap of its session. Its methods belong to
// the kernel's goroutine.
type Client struct {
	k      *kernel.Kernel
	id     kernel.ID
	config Config

	registry registry
	pipeline Pipeline
	pending  [][]*Event // events that are being sent, the innermost list last
	message  *Message   // of the current event

	tcp       *clienttcp.Client // nil without a connection or an attempt
	connected bool
	loggedIn  bool
	nick      string
	server    serverInfo
	login     loginState
	isupport  *ISupport
	queue     sendQueue
	batches   batches
	labels    labels
	identify  bool // the server marks messages of identified users

	state *state // nil unless Config.State
	whois map[string]*Whois
	dcc   dccState

	stopping bool // "shutdown" has come
	stopper  kernel.ID
	over     bool
	closing  kernel.AlarmID // ends the wait for the server after QUIT
	delayed  map[kernel.AlarmID]delayedEvent
}

// serverInfo is what a server has said of itself.
type serverInfo struct{ name, version string }

// New starts a client, which connects at the event "connect". If New is called
// in a session's handler, that session is registered for all events and gets
// the event "irc_registered". An invalid configuration is a
// *kernel.ConfigError.
//
// The client lives until the event "shutdown". POE: spawn.
func New(k *kernel.Kernel, config Config) (*Client, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	config.complete()
	c := &Client{k: k, config: config, nick: config.Nick, isupport: newISupport(), delayed: map[kernel.AlarmID]delayedEvent{}, whois: map[string]*Whois{}}
	c.registry.c, c.pipeline.c = c, c
	if config.State {
		c.state = newState(c)
	}
	var failed error
	creator := k.ActiveSession()
	_, err := session.New(k, session.Config[Client]{
		Heap: c, States: states, Args: []any{&failed, creator}, Options: config.Options,
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// states are the client's own events; commands.go adds the commands.
var states = session.States[Client]{
	"_start":       (*Client).start,
	"_stop":        (*Client).stop,
	"_child":       func(*Client, kernel.Event) {},
	"_parent":      func(*Client, kernel.Event) {},
	"_default":     (*Client).userEvent,
	"_send":        (*Client).sendPending,
	"_line":        (*Client).line,
	"_up":          (*Client).up,
	"_down":        (*Client).down,
	"_failed":      (*Client).connectFailed,
	"_delayed":     (*Client).delayedDue,
	"_register":    (*Client).registerSignal,
	"_shutdown":    (*Client).shutdownSignal,
	"register":     (*Client).register,
	"unregister":   (*Client).unregister,
	"connect":      (*Client).connect,
	"shutdown":     (*Client).shutdown,
	"sl":           func(c *Client, e kernel.Event) { c.quote(e, priorityNormal) },
	"sl_high":      func(c *Client, e kernel.Event) { c.quote(e, priorityHigh) },
	"sl_login":     func(c *Client, e kernel.Event) { c.quote(e, priorityLogin) },
	"quote":        func(c *Client, e kernel.Event) { c.quote(e, priorityNormal) },
	"dcc":          (*Client).dccEvent,
	"dcc_accept":   (*Client).dccAcceptEvent,
	"dcc_resume":   (*Client).dccResumeEvent,
	"dcc_chat":     (*Client).dccChatEvent,
	"dcc_close":    (*Client).dccCloseEvent,
	"send_request": (*Client).requestEvent,
	"debug":        (*Client).debugEvent,
}

func init() {
	for name := range commands {
		states[name] = (*Client).command
	}
}

// From returns the client that has sent an event, nil if the sender is no
// client. POE: $_[SENDER]->get_heap.
func From(e kernel.Event) *Client { return session.HeapOf[Client](e.Sender) }

func (c *Client) start(e kernel.Event) {
	c.id = e.Session
	failed := kernel.Arg[*error](e, 0)
	if c.config.Alias != "" {
		if *failed = e.AliasSet(c.config.Alias); *failed != nil {
			return
		}
	}
	if _, err := e.RefcountIncrement(c.id, aliveTag); err != nil {
		*failed = err
		return
	}
	_ = e.Sig("POCOIRC_REGISTER", "_register")
	_ = e.Sig("POCOIRC_SHUTDOWN", "_shutdown")
	creator := kernel.Arg[kernel.ID](e, 1)
	if creator == c.k.ID() {
		return
	}
	c.registry.add(creator, "all")
	_ = c.k.DetachMyself()
}

// aliveTag keeps the client's session until "shutdown".
const aliveTag = "irc client"

// stop is the end of the session, by force perhaps.
func (c *Client) stop(kernel.Event) {
	c.over = true
	c.dcc.closeAll()
	c.registry.clear()
}

// ID returns the client's session. POE: session_id.
func (c *Client) ID() kernel.ID { return c.id }

// Alias returns the alias from the configuration. POE: session_alias.
func (c *Client) Alias() string { return c.config.Alias }

// Server returns the address of the server that the client is connected to or
// tries to connect to. Port returns its port.
func (c *Client) Server() string { return c.config.Server }

// Port returns the port of the server that the client is connected to or tries
// to connect to.
func (c *Client) Port() int { return c.config.port() }

// ServerName returns the name that the server has announced, empty before that.
// POE: server_name.
func (c *Client) ServerName() string { return c.server.name }

// ServerVersion returns the version of the server software, empty before the
// server has announced it. POE: server_version.
func (c *Client) ServerVersion() string { return c.server.version }

// Nick returns the client's current nick. POE: nick_name.
func (c *Client) Nick() string { return c.nick }

// WantedNick returns the nick from the configuration.
func (c *Client) WantedNick() string { return c.config.Nick }

// Connected reports whether there is a connection.
func (c *Client) Connected() bool { return c.connected }

// LoggedIn reports whether the client is registered with the server: whether
// the reply 001 has arrived on this connection.
func (c *Client) LoggedIn() bool { return c.loggedIn }

// QueueLength returns the number of lines that the flood control holds back.
// POE: send_queue.
func (c *Client) QueueLength() int { return len(c.queue.lines) }

// ISupport returns what the server supports. It is never nil.
func (c *Client) ISupport() *ISupport { return c.isupport }

// Casemapping returns how the server compares nicks and channel names.
func (c *Client) Casemapping() ircutil.Casemapping { return c.isupport.Casemapping() }

// IsMe reports whether a nick is the client's own.
func (c *Client) IsMe(nick string) bool { return c.Casemapping().Equal(nick, c.nick) }

// IsChannel reports whether a target is a channel rather than a nick.
func (c *Client) IsChannel(target string) bool { return c.isupport.IsChannel(target) }

// HasCap reports whether an IRCv3 capability is enabled on the connection.
func (c *Client) HasCap(name string) bool { return c.login.enabled[name] }

// LocalAddr returns the local IP address of the connection, empty without a
// connection.
func (c *Client) LocalAddr() string { return c.login.localAddr }

// RawEvents enables or disables the events raw and raw_out. POE: raw_events.
func (c *Client) RawEvents(on bool) { c.config.Raw = on }

// debugEvent sets Config.Debug: its argument is a bool, or a number as in POE.
func (c *Client) debugEvent(e kernel.Event) {
	switch on := e.Arg(0).(type) {
	case bool:
		c.config.Debug = on
	case int:
		c.config.Debug = on != 0
	default:
		c.warn("debug needs a bool or a number", "args", e.Args, "sender", e.Sender)
		e.Return(kernel.ErrInvalid)
	}
}

// debug logs a line, if that is wanted.
func (c *Client) debug(what, line string) {
	if c.config.Debug {
		c.k.Host().Logger().Info("irc: "+what, "client", c.config.Alias, "line", line)
	}
}

// Message returns the message on the wire that has caused the current event,
// with its tags, such as time, account and label. It is nil for events that the
// client has generated itself.
func (c *Client) Message() *Message { return c.message }

// Yield posts an event to the client. POE: yield.
func (c *Client) Yield(event string, args ...any) error { return c.k.Post(c.id, event, args...) }

// Call calls an event of the client and returns its result, as Kernel.Call
// does. POE: call.
func (c *Client) Call(event string, args ...any) (any, error) {
	return c.k.Call(c.id, event, args...)
}

// Now returns the time of the client's kernel.
func (c *Client) Now() time.Time { return c.k.Now() }

// Kernel returns the client's kernel.
func (c *Client) Kernel() *kernel.Kernel { return c.k }

// inSession runs a function in the client's session.
func (c *Client) inSession(name string, f func()) {
	if c.k.ActiveSession() == c.id {
		f()
		return
	}
	if err := c.k.Host().CallFunc(c.id, name, func(kernel.Event) { f() }); err != nil {
		c.warn("the client has stopped", "event", name, "error", err)
	}
}

// AfterFunc calls f in the client's session after d, unless stop is called
// before or the client shuts down. It is for plugins: unlike Delay, it sends no
// events.
func (c *Client) AfterFunc(d time.Duration, f func()) (stop func()) {
	var timer kernel.AlarmID
	c.inSession("irc_timer", func() {
		var err error
		if timer, err = c.k.Host().DelayFunc("irc_timer", d, func(kernel.Event) { timer = 0; f() }); err != nil {
			c.warn("no timer", "error", err)
		}
	})
	return func() {
		if timer != 0 && !c.over {
			c.inSession("irc_timer", func() { _, _ = c.k.AlarmRemove(timer) })
			timer = 0
		}
	}
}

func (c *Client) warn(message string, args ...any) {
	c.k.Host().Logger().Warn("irc: "+message, append(args, "alias", c.config.Alias)...)
}

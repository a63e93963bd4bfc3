package inspect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/trace"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/metrics"
)

// Config configures an inspector. All fields are optional.
type Config struct {
	// Token is the secret that requests must present. If empty, it is random.
	Token string
	// Actions allows requests that change the program: to post, call, signal,
	// stop sessions, cancel and fire timers, pause and step. Without it the
	// inspector is read-only.
	Actions bool
	// Remote allows other machines to connect. Unless the server uses TLS, the
	// token and all the program's data are then sent in the clear.
	Remote bool
	// Hosts are the host names which requests may have, besides localhost and
	// loopback addresses: for instance that of a proxy before the server. With
	// Remote at least one is needed, such as the server's address.
	Hosts []string
	// Sample is the interval, in events, at which one event is timed, rounded
	// up to a power of two. 0 or less times all.
	Sample int
	// Recent is the number of events that are kept for causal trees. 0 is
	// 16384; if negative, none are kept.
	Recent int
	// Lease is how long a pause lasts without a request of its user. 0 or less
	// is 15 seconds.
	Lease time.Duration
	// CrashDump is the path of the file to which a dump is written when no
	// session handles an exception, before the program's sessions are stopped.
	// If empty, none is written. The command poe inspect opens it.
	CrashDump string
	// Recordings are the recordings that the inspector shows: files, and
	// directories of files whose names end in .rec. Replay is the command that
	// replays them, as in NewRecordings; it is run when a state is requested.
	Recordings []string
	Replay     []string
	// Flight is the span of the runtime's execution trace that is kept in
	// memory, up to 64 MiB, by runtime/trace's FlightRecorder; the API's flight
	// returns it for go tool trace. It slows the whole program by some percent,
	// and a process can have only one. 0 or less keeps none; less than a second
	// counts as one.
	Flight time.Duration
	// Logger logs every action. If nil, it is the kernel's.
	Logger *slog.Logger
}

// Inspector is an http.Handler that shows one kernel. Its methods are safe on
// any goroutine; those that read the kernel wait for its goroutine.
type Inspector struct {
	config   Config
	k        *kernel.Kernel
	view     observe.View
	metrics  *metrics.Collector
	recent   *recent
	pauser   *pauser
	profiles profiles
	letters  letters
	types    argTypes
	undo     func() // detaches the letters
	stop     func()
	mux      *http.ServeMux
	gets     map[string]func(*http.Request) (any, error)
	began    time.Time
	flight   *trace.FlightRecorder // nil for none
	turn     chan struct{}         // has an element while something waits for the kernel's goroutine or runs there

	server   *http.Server // of Listen
	listener net.Listener
	socket   string
}

// New attaches an inspector to a kernel until it is closed. It may be called on
// the kernel's goroutine, or on any while the kernel does not run.
func New(k *kernel.Kernel, c Config) *Inspector {
	if c.Token == "" {
		c.Token = string(newToken())
	}
	if c.Sample <= 0 {
		c.Sample = 1
	}
	if c.Recent == 0 {
		c.Recent = 1 << 14
	}
	if c.Lease <= 0 {
		c.Lease = 15 * time.Second
	}
	if c.Logger == nil {
		c.Logger = k.Host().Logger()
	}
	i := &Inspector{config: c, k: k, view: k.Host().Inspect(), recent: newRecent(max(0, c.Recent)), began: time.Now(), turn: make(chan struct{}, 1)}
	i.pauser = newPauser(i)
	i.metrics = metrics.New(k, metrics.Config{Sample: c.Sample})
	i.stop, i.undo = k.Host().Observe(observer{i}, c.Sample), func() {}
	if c.Actions {
		i.undo = k.Host().Attach(&i.letters)
	}
	i.routes()
	i.startFlight()
	return i
}

// Listen returns an inspector with a server of its own, at a loopback address
// such as "127.0.0.1:0" or a unix socket, "unix:/run/program.sock", which only
// the user can open. Any other address is an error unless Config.Remote is set.
// Listen may be called where New may.
func Listen(k *kernel.Kernel, addr string, c Config) (*Inspector, error) {
	l, socket, err := listen(addr, c.Remote)
	if err != nil {
		return nil, fmt.Errorf("inspect: Listen %s: %w", addr, err)
	}
	i := New(k, c)
	i.listener, i.socket = l, socket
	i.server = &http.Server{
		Handler: i, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go i.server.Serve(l)
	return i, nil
}

var errNotLoopback = errors.New("not a loopback address, and Config.Remote is not set")

func listen(addr string, remote bool) (l net.Listener, socket string, err error) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		l, err = listenPrivately(path)
		return l, path, err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", err
	}
	if ip, err := netip.ParseAddr(host); !remote && host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, "", errNotLoopback
	}
	l, err = net.Listen("tcp", addr)
	return l, "", err
}

// Token returns the secret that requests must present: as "Authorization:
// Bearer", or once as the query parameter token, which sets a cookie.
func (i *Inspector) Token() string { return i.config.Token }

// Addr returns the address of an inspector made by Listen, and nil for others.
func (i *Inspector) Addr() net.Addr {
	if i.listener == nil {
		return nil
	}
	return i.listener.Addr()
}

// URL returns the URL of an inspector made by Listen, including the token; it
// is empty for others. For a unix socket it is "unix:path?token=...", for the
// command poe inspect.
func (i *Inspector) URL() string {
	switch {
	case i.listener == nil:
		return ""
	case i.socket != "":
		return "unix:" + i.socket + "?token=" + i.config.Token
	}
	return "http://" + i.listener.Addr().String() + "/?token=" + i.config.Token
}

// Metrics returns the Collector from which the inspector gets its numbers.
func (i *Inspector) Metrics() *metrics.Collector { return i.metrics }

// Close ends a pause, closes the listener of Listen and all its connections,
// and detaches the inspector from the kernel, on the kernel's goroutine if it
// runs. It may also be called after Run has returned.
func (i *Inspector) Close() error {
	var err error
	if i.server != nil {
		err = i.server.Close()
		if closed := i.listener.Close(); !errors.Is(closed, net.ErrClosed) { // it had not begun to serve
			err = errors.Join(err, closed)
		}
	}
	if i.flight != nil {
		i.flight.Stop()
	}
	i.pauser.release("the inspector is closed")
	detach := func(*kernel.Kernel) {
		i.stop()
		i.undo()
		_ = i.metrics.Close() // always nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	switch err := i.k.Outside().Do(ctx, detach); {
	case errors.Is(err, kernel.ErrNotRunning), errors.Is(err, kernel.ErrWouldDeadlock):
		detach(i.k)
	case err != nil: // a handler is running: as soon as it has ended
		i.k.Outside().DoAsync(detach)
	}
	return err
}

// sample changes of how many events one is timed, on the kernel's goroutine.
func (i *Inspector) sample(every int) {
	i.metrics.SetSample(every)
	i.stop() // the Collector stays
	i.stop = i.k.Host().Observe(observer{i}, every)
}

// onKernel runs f on the kernel's goroutine between two events, or while the
// kernel is paused, and waits until it has run. One at a time does so: what many
// requests want to see is spread over as many turns.
func (i *Inspector) onKernel(ctx context.Context, f func()) error {
	if measure != nil {
		inner := f
		f = func() { measure(inner) }
	}
	if ctx.Value(onKernelKey{}) != nil {
		f()
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return errBusy
	}
	err := i.pauser.do(ctx, f)
	if errors.Is(err, context.DeadlineExceeded) {
		return errBusy
	}
	return err
}

// measure, if it is not nil, runs what is done on the kernel's goroutine: tests time it.
var measure func(f func())

var errBusy = errors.New("a handler has been running for too long")

// observer is what the kernel sees of an inspector.
type observer struct{ i *Inspector }

// Begin implements [observe.Observer].
func (o observer) Begin(s *observe.Span) {
	o.i.pauser.before(s)
	o.i.recent.begin(s)
	o.i.profiles.begin(s)
	if s.Sampled && o.i.config.Actions {
		o.i.types.note(s)
	}
}

// End implements [observe.Observer].
func (o observer) End(s *observe.Span) {
	o.i.profiles.end(s)
	o.i.recent.end(s)
}

// Crashing implements [observe.CrashObserver].
func (o observer) Crashing(err error) {
	if o.i.config.CrashDump != "" {
		o.i.crash(err)
	}
}

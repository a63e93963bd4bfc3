package ikc

import (
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Op is a kind of notice to a monitor.
type Op string

// The kinds of notices.
const (
	OpRegister    Op = "register"    // a kernel has connected, or a name of it was added
	OpUnregister  Op = "unregister"  // a kernel has disconnected, or a name of it was removed
	OpSubscribe   Op = "subscribe"   // a subscription was accepted
	OpUnsubscribe Op = "unsubscribe" // a subscription has ended
	OpShutdown    Op = "shutdown"    // IKC is shut down in this kernel
	OpError       Op = "error"       // an error has occurred
	OpChannel     Op = "channel"     // a connection is ready, or has ended
)

// The values of Notice.Where.
const (
	ErrorLocal   = "local"   // this kernel could not deliver a request or send an event
	ErrorRemote  = "remote"  // the other kernel has reported an error
	ErrorChannel = "channel" // a connection, or an attempt to connect, has failed
)

// Watch names the events by which Monitor notifies a session; an empty name
// disables the notice. The argument of each event is a [Notice].
type Watch struct {
	Register, Unregister   string
	Subscribe, Unsubscribe string
	Shutdown               string
	Error                  string
	Channel                string
	Data                   any // copied to every Notice; may be nil
}

func (w *Watch) event(op Op) string {
	switch op {
	case OpRegister:
		return w.Register
	case OpUnregister:
		return w.Unregister
	case OpSubscribe:
		return w.Subscribe
	case OpUnsubscribe:
		return w.Unsubscribe
	case OpShutdown:
		return w.Shutdown
	case OpError:
		return w.Error
	case OpChannel:
		return w.Channel
	}
	return ""
}

// Notice is the argument of a monitor's events.
type Notice struct {
	Op        Op
	Monitored string    // the kernel as Monitor was given it. POE: ARG0
	Kernel    string    // the kernel it is about, "*" if none in particular. POE: ARG1
	Real      bool      // Kernel is its ID, not one of its other names. POE: ARG2
	Data      any       // Watch.Data. POE: ARG3
	Session   Specifier // of OpSubscribe and OpUnsubscribe
	Ready     bool      // of OpChannel: the connection is ready rather than ended
	Where     string    // of OpError: ErrorLocal, ErrorRemote or ErrorChannel
	Err       error     // of OpError
}

// monitor is a session's wish to be notified of a kernel.
type monitor struct {
	r      *Responder
	kernel string
	who    kernel.ID
	watch  Watch
	owned  kernel.Owned
}

// Monitor makes events about a kernel go to the active session. The kernel is
// an ID, another name, or "*" for all; with "*" there is an event for each of a
// kernel's names, the ID first. It replaces an earlier Monitor of the same
// session and name; a Watch without events ends it. It does not keep the
// session alive. The error wraps ErrSpecifier or kernel.ErrNoActiveSession.
// POE: monitor.
func (r *Responder) Monitor(kernelName string, w Watch) error {
	return r.monitor(r.k.ActiveSession(), kernelName, w)
}

func (r *Responder) monitor(who kernel.ID, name string, w Watch) error {
	if name == "" || !(Specifier{Kernel: name}).valid() {
		return callError("Monitor", name, ErrSpecifier)
	}
	if who == r.k.ID() || !who.Alive() {
		return callError("Monitor", name, kernel.ErrNoActiveSession)
	}
	for _, m := range r.monitors {
		if m.who == who && m.kernel == name {
			m.owned.Release()
			_ = m.Close() // returns nil
			break
		}
	}
	data := w.Data
	w.Data = nil
	if w == (Watch{}) {
		return nil
	}
	w.Data = data
	m := &monitor{r: r, kernel: name, who: who, watch: w}
	var owning error
	if err := r.k.Host().CallFunc(who, "ikc monitor", func(kernel.Event) { m.owned, owning = r.k.Host().Own(m, "ikc monitor "+name) }); err != nil {
		return callError("Monitor", name, err)
	}
	if owning != nil {
		return callError("Monitor", name, owning)
	}
	r.monitors = append(r.monitors, m)
	return nil
}

// Close is called by the kernel when the session has stopped.
func (m *monitor) Close() error {
	m.r.monitors = slices.DeleteFunc(slices.Clone(m.r.monitors), func(o *monitor) bool { return o == m })
	return nil
}

// inform notifies the monitors of a kernel's name, and returns how many there are.
func (r *Responder) inform(name string, n Notice) (told int) {
	n.Kernel = name
	for _, m := range r.monitors {
		event := m.watch.event(n.Op)
		if event == "" || m.kernel != name && m.kernel != "*" && n.Op != OpShutdown {
			continue
		}
		n.Monitored, n.Data = m.kernel, m.watch.Data
		r.notify(m.who, event, n)
		told++
	}
	return told
}

// informKernel notifies the monitors of a kernel, by all its names.
func (r *Responder) informKernel(ch *channel, n Notice) (told int) {
	real := n
	real.Real = true
	told = r.inform(ch.id, real)
	for _, name := range ch.names {
		told += r.inform(name, n)
	}
	return told
}

// problem reports an error to the monitors, or to the log if there are none.
func (r *Responder) problem(where, subject string, err error) {
	n := Notice{Op: OpError, Where: where, Err: err}
	told := 0
	if ch := r.kernels[subject]; ch != nil {
		told = r.informKernel(ch, n)
	} else {
		told = r.inform(subject, n)
	}
	if told == 0 {
		r.k.Host().Logger().Warn("ikc: "+where+" error", "kernel", subject, "error", err)
	}
}

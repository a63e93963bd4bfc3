package conformance

import (
	"errors"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/listenaccept"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/run"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// wheelSays is POE's wording for what is wrong with a wheel's configuration:
// what it warns of first, if anything, and what it croaks.
func wheelSays(err error) (warning, croak string) {
	var c *kernel.ConfigError
	if !errors.As(err, &c) {
		return "", err.Error()
	}
	said, known := map[string][2]string{
		"readwrite InputHandle: is required, or Handle":                                   {"", "Handle or InputHandle required"},
		"readwrite OutputHandle: is required, or Handle":                                  {"", "Handle or OutputHandle required"},
		"readwrite Marks: High and Low must both be above 0":                              {"HighMark and LowMark parameters require each-other", "Water mark errors"},
		"readwrite Marks: the high event needs marks":                                     {"HighEvent requires a corresponding HighMark", "Water mark errors"},
		"readwrite Marks: need a low event":                                               {"LowMark and LowEvent parameters require each-other", "Water mark errors"},
		"socketfactory Events: needs a success event":                                     {"", "SuccessEvent required"},
		"socketfactory Events: needs a failure event":                                     {"", "FailureEvent required"},
		"socketfactory RemotePort: is required with RemoteAddress":                        {"", "RemotePort required"},
		`socketfactory Protocol: "icmp" is not supported`:                                 {"", "SocketFactory does not support Internet icmp sockets"},
		"listenaccept Handle: is required":                                                {"", "Handle required"},
		"listenaccept Events: needs an accept event":                                      {"", "AcceptEvent required"},
		"followtail Filename: either Filename or Handle is required":                      {"", "FollowTail requires a Handle or Filename parameter, but not both"},
		"followtail Events: needs an input event":                                         {"", "InputEvent required"},
		"followtail Seek: excludes SeekBack":                                              {"", "can't have Seek and SeekBack at the same time"},
		"followtail Filename: is a directory":                                             {"", "FollowTail does not tail directories"},
		"run Program: exactly one of Command, Program and Func is required":               {"", "POE::Wheel::Run needs a Program parameter"},
		"run RedirectStdout: an event and a redirection of one stream exclude each other": {"", "Redirect* and *Event stdio options are mutually exclusive"},
	}[c.Package+" "+c.Field+": "+c.Err.Error()]
	if !known {
		return "", c.Error()
	}
	return said[0], said[1]
}

func p411(p *port) {
	k := p.kernel()
	attempt := func(class, params string, err error) {
		said := "ok"
		if err != nil {
			warning, croak := wheelSays(err)
			if warning != "" {
				p.out("  warning:", warning)
			}
			said = "croak: " + croak
		}
		p.out("POE::Wheel::"+class, "("+params+"):", said)
	}
	inline(k, states{"_start": func(kernel.Event) {
		r, w := p.pipe()
		p411streams(p, k, attempt, r, w)
		p411others(p, k, attempt, r)
	}})
	k.Run()
}

// p411streams tries ReadWrite and SocketFactory.
func p411streams(p *port, k *kernel.Kernel, attempt func(class, params string, err error), r, w *kernel.Handle) {
	rw := func(params string, c readwrite.Config) {
		_, err := readwrite.New(k, c)
		attempt("ReadWrite", params, err)
	}
	rw("", readwrite.Config{})
	rw("InputHandle", readwrite.Config{InputHandle: r})
	rw("OutputHandle", readwrite.Config{OutputHandle: w})
	rw("Handle, HighMark", readwrite.Config{Handle: r, Marks: readwrite.Marks{High: 10}})
	const zero = "marks of zero are no marks"
	p.notInGo("  warning: HighMark and LowMark parameters must be above 0", zero)
	p.notInGo("POE::Wheel::ReadWrite (Handle, HighEvent, HighMark, LowEvent, LowMark): croak: Water mark errors", zero)
	rw("Handle, HighEvent", readwrite.Config{Handle: r, Events: readwrite.Names{High: "h"}})
	rw("Handle, HighMark, LowMark", readwrite.Config{Handle: r, Marks: readwrite.Marks{High: 10, Low: 5}})
	const unknown = "an unknown field does not compile"
	p.notInGo("  warning: unknown parameters in POE::Wheel::ReadWrite constructor call: Bogus", unknown)
	p.notInGo("POE::Wheel::ReadWrite (Bogus, Handle): ok", unknown)

	sf := func(params string, c socketfactory.Config) {
		_, err := socketfactory.New(k, c)
		attempt("SocketFactory", params, err)
	}
	both := socketfactory.Names{Success: "s", Failure: "f"}
	sf("FailureEvent", socketfactory.Config{Events: socketfactory.Names{Failure: "f"}})
	sf("SuccessEvent", socketfactory.Config{Events: socketfactory.Names{Success: "s"}})
	sf("FailureEvent, RemoteAddress, SuccessEvent", socketfactory.Config{Events: both, RemoteAddress: "127.0.0.1"})
	sf("FailureEvent, SocketProtocol, SuccessEvent", socketfactory.Config{Events: both, Protocol: "icmp"})
	const stray = "a remote port without an address is a configuration error"
	p.notInGo("  warning: RemotePort ignored without RemoteAddress", stray)
	p.notInGo("POE::Wheel::SocketFactory (BindAddress, FailureEvent, RemotePort, SuccessEvent): ok", stray)
}

// p411others tries ListenAccept, FollowTail and Run.
func p411others(p *port, k *kernel.Kernel, attempt func(class, params string, err error), r *kernel.Handle) {
	la := func(params string, c listenaccept.Config) {
		_, err := listenaccept.New(k, c)
		attempt("ListenAccept", params, err)
	}
	la("", listenaccept.Config{})
	la("Handle", listenaccept.Config{Handle: r})

	ft := func(params string, c followtail.Config) {
		_, err := followtail.New(k, c)
		attempt("FollowTail", params, err)
	}
	file := p.file()
	input := followtail.Names{Input: "i"}
	ft("", followtail.Config{})
	ft("Filename, Handle", followtail.Config{Filename: "/nonexistent", Handle: file})
	ft("Filename", followtail.Config{Filename: "/nonexistent"})
	ft("Filename, InputEvent, Seek, SeekBack", followtail.Config{Filename: "/nonexistent", Events: input, Seek: new(int64(1)), SeekBack: new(int64(1))})
	ft("Filename, InputEvent", followtail.Config{Filename: "/", Events: input})

	wr := func(params string, c run.Config) {
		_, err := run.New(k, c)
		attempt("Run", params, err)
	}
	wr("", run.Config{})
	p.notInGo("POE::Wheel::Run (Program, ProgramArgs): croak: ProgramArgs must be an ARRAY reference", "Args is a list of strings")
	p.notInGo("POE::Wheel::Run (Conduit, Program): croak: POE::Wheel::Run's Conduit type (telepathy) is unknown", "a Conduit is one of the constants")
	wr("Program, RedirectStdout, StdoutEvent", run.Config{Command: "true", RedirectStdout: run.Redirect{Path: "/dev/null"}, Events: run.Names{Stdout: "o"}})
	p.notInGo("POE::Wheel::Run (Filter, Program, StdioFilter): croak: Filter and StdioFilter cannot be used together", "the deprecated Filter does not exist")
	p.notInGo("POE::Wheel is not meant to be used directly", "there is no such type")
}

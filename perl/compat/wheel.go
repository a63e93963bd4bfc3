//go:build linux

package compat

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/listenaccept"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Wheel is a POE wheel. It is closed when the last hash or array that holds it
// releases it. Methods with a POE name die if the Wheel is nil.
type Wheel struct {
	class string
	id    kernel.WheelID
	call  func(method string, args []any) ([]any, bool)
	close func()
	files []*perl.File // handles that it was given
	held  int
	gone  bool
}

// PerlClass returns the class of the wheel in POE.
func (w *Wheel) PerlClass() string { return w.class }

// PerlCan reports whether the wheel's can method finds the method. It finds
// only put, ID, event, shutdown_input, pause_input and resume_input, for wheels
// of every class; PerlCall may know more.
func (w *Wheel) PerlCan(method string) bool {
	switch method {
	case "put", "ID", "event", "shutdown_input", "pause_input", "resume_input":
		return true
	}
	return false
}

// Retain adds n to the number of holders and returns the result; for a nil
// wheel it returns 1.
func (w *Wheel) Retain(n int) int {
	if w == nil {
		return 1
	}
	w.held += n
	return w.held
}

// Destroy closes the wheel. It is called when the wheel has lost its last
// holder.
func (w *Wheel) Destroy() {
	if !w.gone {
		w.gone = true
		w.close()
	}
}

// PerlCall calls a method by name and reports whether there is one.
func (w *Wheel) PerlCall(method string, _ perl.Want, args []any) ([]any, bool) {
	switch method {
	case "ID":
		return perl.L(int(w.id)), true
	case "DESTROY":
		w.Destroy()
		return nil, true
	}
	return w.call(method, args)
}

func init() {
	for name, make := range map[string]func(c *perl.Hash) (*Wheel, error){
		"POE::Wheel::ReadWrite": newReadWrite, "POE::Wheel::SocketFactory": newSocketFactory, "POE::Wheel::Run": newRun,
		"POE::Wheel::FollowTail": newFollowTail, "POE::Wheel::ListenAccept": newListenAccept,
	} {
		perl.Package(name, perl.Subs{"new": func(_ perl.Want, args ...any) []any {
			c := perl.NewHash(perl.From(args, 1)...).Borrow()
			w, err := make(c)
			if err != nil {
				perl.SetOSError(errnoOf(err))
				perl.Die("%v", err)
			}
			w.class = name
			return perl.L(w)
		}})
	}
	perl.Package("POE::Wheel", perl.Subs{
		"new":               func(perl.Want, ...any) []any { perl.Die("POE::Wheel is not meant to be used directly"); return nil },
		"allocate_wheel_id": func(perl.Want, ...any) []any { return perl.L(int(allocateID())) },
		"free_wheel_id":     func(perl.Want, ...any) []any { return perl.L(1) },
	})
}

func text(c *perl.Hash, key string) string { return perl.Str(c.Get(key)) }

// setNames changes the names that a call of event() gives.
func setNames(args []any, fields map[string]*string) {
	for i := 0; i+1 < len(args); i += 2 {
		if p := fields[perl.Str(args[i])]; p != nil {
			*p = perl.Str(args[i+1])
		}
	}
}

func marksOf(c *perl.Hash, high, low string) readwrite.Marks {
	return readwrite.Marks{High: perl.Int(c.Get(high)), Low: perl.Int(c.Get(low))}
}

func newReadWrite(c *perl.Hash) (*Wheel, error) {
	checkReadWrite(c)
	cfg := readwrite.Config{Marks: marksOf(c, "HighMark", "LowMark"), AutoFlush: perl.True(c.Get("AutoFlush"))}
	if v := c.Get("Handle"); v != nil {
		cfg.Handle = forWheel(v)
	} else {
		cfg.InputHandle, cfg.OutputHandle = forWheel(c.Get("InputHandle")), forWheel(c.Get("OutputHandle"))
	}
	cfg.Filter, cfg.InputFilter, cfg.OutputFilter = filterOf(c.Get("Filter")), filterOf(c.Get("InputFilter")), filterOf(c.Get("OutputFilter"))
	names := readwrite.Names{Input: text(c, "InputEvent"), Flushed: text(c, "FlushedEvent"), Error: text(c, "ErrorEvent"), High: text(c, "HighEvent"), Low: text(c, "LowEvent")}
	cfg.Events = names
	rw, err := readwrite.New(Kernel(), cfg)
	if err != nil {
		return nil, err
	}
	w := wrapReadWrite(rw, c)
	old := w.call
	fields := map[string]*string{"InputEvent": &names.Input, "FlushedEvent": &names.Flushed, "ErrorEvent": &names.Error, "HighEvent": &names.High, "LowEvent": &names.Low}
	w.call = func(method string, args []any) ([]any, bool) {
		if method == "event" {
			setNames(args, fields)
			rw.ReplaceEvents(names)
			return nil, true
		}
		return old(method, args)
	}
	for _, key := range []string{"Handle", "InputHandle", "OutputHandle"} {
		if f := perl.F(c.Get(key)); f != nil {
			w.files = append(w.files, f)
			f.Retain(1)
		}
	}
	w.close = func() {
		_ = rw.Close()
		for _, f := range w.files {
			if f.Retain(-1) == 0 {
				f.Destroy()
			}
		}
	}
	return w, nil
}

// wrapReadWrite makes a wheel of POE of one of package readwrite.
func wrapReadWrite(rw *readwrite.Wheel, c *perl.Hash) *Wheel {
	w := &Wheel{class: "POE::Wheel::ReadWrite", id: rw.ID(), close: func() { _ = rw.Close() }}
	w.call = func(method string, args []any) ([]any, bool) {
		switch method {
		case "put":
			return perl.L(perl.If(perl.True(putAll(rw, args)), 1, 0)), true
		case "flush":
			rw.Flush()
		case "pause_input":
			rw.PauseInput()
		case "resume_input":
			rw.ResumeInput()
		case "shutdown_input":
			rw.ShutdownInput()
		case "shutdown_output":
			rw.ShutdownOutput()
		case "get_driver_out_octets":
			return perl.L(rw.OutOctets()), true
		case "get_driver_out_messages":
			return perl.L(rw.OutMessages()), true
		case "set_filter":
			rw.SetFilter(filterOf(args[0]))
		case "set_input_filter":
			rw.SetInputFilter(filterOf(args[0]))
		case "set_output_filter":
			rw.SetOutputFilter(filterOf(args[0]))
		case "get_input_filter":
			return perl.L(wrapFilter(rw.InputFilter())), true
		case "get_output_filter":
			return perl.L(wrapFilter(rw.OutputFilter())), true
		case "set_high_mark":
			rw.SetHighMark(perl.Int(args[0]))
		case "set_low_mark":
			rw.SetLowMark(perl.Int(args[0]))
		case "get_input_handle":
			return perl.L(fileOf(rw.InputHandle())), true
		case "get_output_handle":
			return perl.L(fileOf(rw.OutputHandle())), true
		default:
			return nil, false
		}
		return nil, true
	}
	return w
}

// putAll writes records; what a filter of strings gets is a string.
func putAll(rw *readwrite.Wheel, args []any) any {
	high, err := rw.TryPut(records(rw.OutputFilter(), args)...)
	if err != nil {
		perl.Die("%v", err)
	}
	return high
}

func newSocketFactory(c *perl.Hash) (*Wheel, error) {
	checkSocketFactory(c)
	cfg := socketfactory.Config{Reuse: perl.True(c.Get("Reuse")) && text(c, "Reuse") != "no", ListenQueue: perl.Int(c.Get("ListenQueue"))}
	address := func(key string) string {
		s := text(c, key)
		if len(s) == 4 && c.Get(key) != nil && perl.InetAton(s) == nil {
			return perl.InetNtoa(s)
		}
		return s
	}
	cfg.BindAddress, cfg.RemoteAddress = address("BindAddress"), address("RemoteAddress")
	switch perl.Int(c.Get("SocketDomain")) {
	case unix.AF_UNIX:
		cfg.Domain = socketfactory.Unix
	case unix.AF_INET6:
		cfg.Domain = socketfactory.Inet6
	}
	if perl.Int(c.Get("SocketType")) == unix.SOCK_DGRAM || text(c, "SocketProtocol") == "udp" {
		cfg.Type = socketfactory.Datagram
	}
	if s := text(c, "SocketProtocol"); s != "" {
		cfg.Protocol = s
	}
	port := func(key string, number *int, service *string) {
		v := c.Get(key)
		if v == nil {
			return
		}
		if perl.LooksLikeNumber(v) {
			*number = perl.Int(v)
		} else {
			*service = perl.Str(v)
		}
	}
	port("BindPort", &cfg.BindPort, &cfg.BindService)
	port("RemotePort", &cfg.RemotePort, &cfg.RemoteService)
	names := socketfactory.Names{Success: text(c, "SuccessEvent"), Failure: text(c, "FailureEvent")}
	cfg.Events = names
	sf, err := socketfactory.New(Kernel(), cfg)
	if err != nil {
		return nil, err
	}
	w := &Wheel{id: sf.ID(), close: func() { _ = sf.Close() }}
	fields := map[string]*string{"SuccessEvent": &names.Success, "FailureEvent": &names.Failure}
	w.call = func(method string, args []any) ([]any, bool) {
		switch method {
		case "getsockname":
			return perl.L(perl.PackAddr(sf.LocalAddr())), true
		case "pause_accept":
			sf.PauseAccept()
		case "resume_accept":
			sf.ResumeAccept()
		case "event":
			setNames(args, fields)
			sf.SetEvents(names)
		case "socket":
			return perl.L(fileOf(sf.Handle())), true
		default:
			return nil, false
		}
		return nil, true
	}
	return w, nil
}

func newListenAccept(c *perl.Hash) (*Wheel, error) {
	checkListenAccept(c)
	names := listenaccept.Names{Accept: text(c, "AcceptEvent"), Error: text(c, "ErrorEvent")}
	la, err := listenaccept.New(Kernel(), listenaccept.Config{Handle: forWheel(c.Get("Handle")), Events: names})
	if err != nil {
		return nil, err
	}
	w := &Wheel{id: la.ID(), close: func() { _ = la.Close() }}
	fields := map[string]*string{"AcceptEvent": &names.Accept, "ErrorEvent": &names.Error}
	w.call = func(method string, args []any) ([]any, bool) {
		if method != "event" {
			return nil, false
		}
		setNames(args, fields)
		la.ReplaceEvents(names)
		return nil, true
	}
	return w, nil
}

func newFollowTail(c *perl.Hash) (*Wheel, error) {
	checkFollowTail(c)
	names := followtail.Names{Input: text(c, "InputEvent"), Error: text(c, "ErrorEvent"), Reset: text(c, "ResetEvent"), Idle: text(c, "IdleEvent")}
	cfg := followtail.Config{Filename: text(c, "Filename"), Filter: filterOf(c.Get("Filter")), Events: names}
	if v := c.Get("PollInterval"); v != nil {
		cfg.PollInterval = perl.Seconds(v)
	}
	offset := func(key string) *int64 {
		if v := c.Get(key); v != nil {
			n := int64(perl.Int(v))
			return &n
		}
		return nil
	}
	cfg.Seek, cfg.SeekBack = offset("Seek"), offset("SeekBack")
	if f := perl.F(c.Get("Handle")); f != nil {
		file, err := osFile(f)
		if err != nil {
			return nil, err
		}
		cfg.Handle = file
	}
	ft, err := followtail.New(Kernel(), cfg)
	if err != nil {
		return nil, err
	}
	w := &Wheel{id: ft.ID(), close: func() { _ = ft.Close() }}
	fields := map[string]*string{"InputEvent": &names.Input, "ErrorEvent": &names.Error, "ResetEvent": &names.Reset, "IdleEvent": &names.Idle}
	w.call = func(method string, args []any) ([]any, bool) {
		switch method {
		case "tell":
			return perl.L(int(ft.Tell())), true
		case "event":
			setNames(args, fields)
			ft.ReplaceEvents(names)
			return nil, true
		}
		return nil, false
	}
	return w, nil
}

func words(v any) []string {
	var out []string
	for _, x := range perl.A(v).All() {
		out = append(out, perl.Str(x))
	}
	return out
}

func signalOf(v any) syscall.Signal {
	if perl.LooksLikeNumber(v) {
		return syscall.Signal(perl.Int(v))
	}
	return unix.SignalNum("SIG" + perl.Str(v))
}

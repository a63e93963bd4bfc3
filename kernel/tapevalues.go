package kernel

import (
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/recording"
)

func init() {
	for name, err := range map[string]error{
		"kernel.ErrNoSession": ErrNoSession, "kernel.ErrNoChild": errNoChild, "kernel.ErrInvalid": ErrInvalid, "kernel.ErrNotRunning": ErrNotRunning,
		"kernel.ErrBusy": ErrBusy, "kernel.ErrClosed": errClosed, "kernel.ErrWouldDeadlock": ErrWouldDeadlock, "kernel: job exited": errJobExited,
	} {
		recordfile.RegisterError(name, err)
	}
	for _, v := range []any{OpError{}, ConfigError{}, WaitStatus(0), WheelID(0), Alias(""), AlarmID(0), Mode(0), datagram{}} {
		recordfile.Register(reflect.TypeOf(v))
	}
}

// Values that only a kernel knows have these names.
const (
	valueSession   = "@session"
	valueHandle    = "@handle"
	valueUntrusted = "@untrusted"
)

// extern is how a tape writes handles and sessions.
func (t *tape) extern() *recordfile.Extern {
	return &recordfile.Extern{
		Encode: t.encodeOwn,
		Decode: t.decodeOwn,
		Types:  map[reflect.Type]bool{reflect.TypeFor[*Handle](): true, reflect.TypeFor[ID](): true},
	}
}

func (t *tape) encodeOwn(v any) (name string, data []byte, ok bool) {
	switch v := v.(type) {
	case ID:
		if v.s == nil {
			return valueSession, nil, true
		}
		return valueSession, binary.AppendUvarint(nil, v.s.num), v.s.k == t.k
	case *Handle:
		if v == nil {
			return valueHandle, nil, true
		}
		v.setTape(t)
		flags := byte(0)
		if v.reg.FD >= 0 {
			flags |= handleHasFD
		}
		if v.reg.TCP {
			flags |= handleIsTCP
		}
		if v.reg.Exclusive {
			flags |= handleIsExclusive
		}
		return valueHandle, append([]byte{flags}, v.name()...), true
	}
	return "", nil, false
}

func (t *tape) decodeOwn(name string, data []byte) (any, error) {
	switch name {
	case valueSession:
		if len(data) == 0 {
			return ID{}, nil
		}
		n, _ := binary.Uvarint(data)
		if e := t.k.byNumber.find(n); e != nil {
			return ID{e}, nil
		}
		gone := &entry{k: t.k, num: n}
		gone.life.set(lifeDead)
		return ID{gone}, nil
	case valueHandle:
		if len(data) == 0 {
			return (*Handle)(nil), nil
		}
		return t.in.replayed(data[0], string(data[1:])), nil
	}
	return nil, fmt.Errorf("recorded value: %q is not known", name)
}

// encode writes a value; what cannot be written becomes its description.
func (t *tape) encode(v any) []byte {
	if data, ok := t.tryEncode(v); ok {
		return data
	}
	data, _ := t.tryEncode(fmt.Sprintf("a %T that cannot be recorded", v))
	return data
}

func (t *tape) tryEncode(v any) ([]byte, bool) {
	data, err := recordfile.AppendValue(nil, v, t.extern())
	return data, err == nil
}

func (p *player) decode(data []byte) any {
	if p.r.Err() != nil {
		return nil
	}
	v, err := recordfile.Value(data, p.t.extern())
	if err != nil {
		p.halt(&recordfile.Error{Offset: p.r.Offset(), Err: err})
	}
	return v
}

// destination is what a recording has of where an event goes.
func destination(to Dest) any {
	switch to := to.(type) {
	case untrusted:
		return []any{valueUntrusted, destination(to.Dest)}
	case ID:
		return to
	case Alias:
		return to
	}
	return to // which cannot be written
}

func (p *player) destination(v any) Dest {
	switch v := v.(type) {
	case ID:
		return v
	case Alias:
		return v
	case []any:
		if len(v) == 2 && v[0] == valueUntrusted {
			return untrusted{p.destination(v[1])}
		}
	}
	p.r.Damaged("a message has a destination that is none")
	return ID{p.t.k.root}
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// whole calls f, of which nothing but the result is recorded.
func whole[T any](t *tape, f func() (T, error)) (T, error) {
	t.suspended = true
	defer func() { t.suspended = false }()
	return f()
}

// outcome is the result of a function and its error, as a recording has them.
type outcome[T any] struct {
	Value  T
	Failed error
}

// recorded is Recorded on a tape.
func recorded[T any](t *tape, name string, f func() (T, error)) (T, error) {
	if t.suspended {
		return f()
	}
	var o outcome[T]
	if t.in != nil {
		p := t.in
		p.expect(recordfile.KindValue, "asks for "+name)
		what, data := p.r.Name(), p.r.Bytes()
		if p.r.Err() == nil && what != name {
			p.diverge("asks for "+name, "asks for "+what)
		}
		if p.r.Err() == nil && len(data) == 0 {
			p.halt(&recording.NotReplayable{What: name, Type: reflect.TypeFor[T]().String()})
		}
		if err := recordfile.DecodeTyped(data, reflect.ValueOf(&o).Elem(), t.extern()); err != nil && p.r.Err() == nil {
			p.halt(&recordfile.Error{Offset: p.r.Offset(), Err: err})
		}
		p.done()
		return o.Value, o.Failed
	}
	o.Value, o.Failed = failingValue(t, name, f)
	data, err := recordfile.AppendTyped(nil, reflect.ValueOf(o), t.extern())
	if err != nil {
		t.k.warn("a value cannot be recorded, so the run cannot be replayed beyond it", "what", name, "error", err)
		data = nil
	}
	t.out.begin(recordfile.KindValue)
	t.out.w.Name(name)
	t.out.w.Bytes(data)
	t.out.end()
	return o.Value, o.Failed
}

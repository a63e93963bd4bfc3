package kernel

import (
	"os"
	"strings"

	"github.com/gopoe/poe/internal/fault"
	"github.com/gopoe/poe/recording"
)

// Calls fail where their results would be recorded, so that a run with failures is a
// recording like any other.

// fails returns the error that a call is to have, nil if it is to be made.
func (t *tape) fails(call, of string) error {
	if t.fail == nil {
		return nil
	}
	return t.fail(call, of)
}

// failing is an operation on a handle that returns nothing but an error. A close
// that fails has closed: the system takes the descriptor whatever the error.
func (t *tape) failing(what string, do func() error) error {
	if t.fail == nil {
		return do()
	}
	verb, of, _ := strings.Cut(what, " ")
	switch verb {
	case "closes":
		err := do()
		if failed := t.fail("close", of); failed != nil {
			return failed
		}
		return err
	case "ends":
		if err := t.fail("shutdown", of); err != nil {
			return err
		}
	}
	return do()
}

// failingValue is the same of an operation that is recorded with its result.
func failingValue[T any](t *tape, name string, f func() (T, error)) (T, error) {
	if t.fail == nil {
		return whole(t, f)
	}
	call, of, may := fault.Split(name)
	if !may {
		return whole(t, f)
	}
	if call != "close" {
		if err := t.fail(call, of); err != nil {
			var none T
			return none, err
		}
		return whole(t, f)
	}
	v, err := whole(t, f)
	if failed := t.fail(call, of); failed != nil {
		err = failed
	}
	return v, err
}

// faultRing is the size of the recording of a program whose calls fail because of an
// environment variable. It is not dumped.
const faultRing = 1 << 16

// withFaults adds the faults that the environment asks for to a recording, which
// may be nil.
func withFaults(k *Kernel, r *Recording) *Recording {
	text, result := fromVariable(recording.FaultVariable), fromVariable(recording.FaultResultVariable)
	if text == "" && result == "" {
		return r
	}
	plan, err := fault.Parse(text)
	if err != nil {
		k.warn("no call fails", "variable", recording.FaultVariable, "error", err)
		return r
	}
	var file *os.File
	if result != "" {
		if file, err = os.OpenFile(result, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			k.warn("no calls are counted", "variable", recording.FaultResultVariable, "error", err)
		}
	}
	if r == nil {
		r = &Recording{Ring: faultRing}
	}
	r.Fail = fault.NewCounter(plan, file).Next
	return r
}

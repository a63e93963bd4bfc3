package storable

import (
	"math"
	"reflect"
)

func (w *writer) regexp(re *Regexp, class string) error {
	if len(re.Flags) > math.MaxUint8 || len(re.Pattern) > maxLen {
		return &ValueError{Type: reflect.TypeOf(re), Msg: "too long"}
	}
	if err := w.bless(class); err != nil {
		return err
	}
	w.op(opRegexp)
	if len(re.Pattern) > math.MaxUint8 {
		w.buf = append(w.buf, regexpLarge)
		w.length(len(re.Pattern))
	} else {
		w.buf = append(w.buf, 0, byte(len(re.Pattern)))
	}
	w.buf = append(w.buf, re.Pattern...)
	w.buf = append(w.buf, byte(len(re.Flags)))
	w.buf = append(w.buf, re.Flags...)
	return nil
}

func (w *writer) code(c *Code) error {
	w.op(opCode)
	return w.string(c.Source)
}

func (w *writer) tiedContainer(t *Tied) error {
	switch t.Kind {
	case Array:
		w.op(opTiedArray)
	case Hash:
		w.op(opTiedHash)
	default:
		return notReference(t)
	}
	return w.scalar(t.Object)
}

func (w *writer) tiedScalar(t *Tied) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer func() { w.depth-- }()
	switch t.Kind {
	case Scalar:
		w.op(opTiedScalar)
		return w.scalar(t.Object)
	case Value:
		w.op(opTiedKey)
		if err := w.scalar(t.Object); err != nil {
			return err
		}
		return w.scalar(t.Key)
	case Element:
		if t.Index < 0 || t.Index > maxLen {
			return &ValueError{Type: reflect.TypeOf(t), Msg: "index out of range"}
		}
		w.op(opTiedIdx)
		if err := w.scalar(t.Object); err != nil {
			return err
		}
		w.length(t.Index)
		return nil
	}
	return &ValueError{Type: reflect.TypeOf(t), Msg: "kind " + t.Kind.String()}
}

// hooked writes an object in the form its class has frozen it to. What it
// refers to and has not been written yet comes first.
func (w *writer) hooked(h *Hooked) error {
	if h.Kind > Hash {
		return &ValueError{Type: reflect.TypeOf(h), Msg: "kind " + h.Kind.String()}
	}
	if err := checkLength(h, max(len(h.Frozen), len(h.Refs))); err != nil {
		return err
	}
	w.op(opHook)
	head := []byte{byte(h.Kind)}
	if h.Tied != nil {
		head = []byte{hookExtra, hookTied + byte(h.Kind)}
	}
	tags, head, err := w.hookRefs(h, head)
	if err != nil {
		return err
	}
	n, known, err := w.class(h.Class)
	if err != nil {
		return err
	}
	w.hookTail(h, tags, head, n, known)
	if h.Tied != nil {
		return w.scalar(h.Tied)
	}
	return nil
}

// hookRefs writes what h refers to and returns the numbers of it, and the head
// that is still to be written: Storable puts the head's second byte only once.
func (w *writer) hookRefs(h *Hooked, head []byte) ([]uint32, []byte, error) {
	tags := make([]uint32, 0, len(h.Refs))
	for _, v := range h.Refs {
		if isNil(v) {
			return nil, nil, notReference(v)
		}
		if n, ok := w.known(v); ok {
			tags = append(tags, n)
			continue
		}
		w.buf = append(w.buf, head[0]|hookRecurse)
		w.buf = append(w.buf, head[1:]...)
		head = head[:1]
		tags = append(tags, w.things)
		if err := w.referent(v); err != nil {
			return nil, nil, err
		}
	}
	return tags, head, nil
}

// known returns the number of what v refers to, if it has been written.
func (w *writer) known(v any) (uint32, bool) {
	if id, ok := identify(v); ok {
		if n, ok := w.seen[id]; ok {
			return n, true
		}
	}
	if o, ok := v.(*Object); ok {
		return w.known(o.Value)
	}
	return 0, false
}

func (w *writer) hookTail(h *Hooked, tags []uint32, head []byte, class int, known bool) {
	flags, name := head[0], len(h.Class)
	if known {
		flags |= hookIndexClass
		name = class
	}
	flags |= large(name, hookLargeClass) | large(len(h.Frozen), hookLargeData) | large(len(tags), hookLargeList)
	if len(tags) > 0 {
		flags |= hookHasList
	}
	w.buf = append(append(w.buf, flags), head[1:]...)
	w.hookLength(name)
	if !known {
		w.buf = append(w.buf, h.Class...)
	}
	w.hookLength(len(h.Frozen))
	w.buf = append(w.buf, h.Frozen...)
	if len(tags) == 0 {
		return
	}
	w.hookLength(len(tags))
	for _, n := range tags {
		w.buf = append(w.buf, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}

// large returns flag if n takes more than a byte.
func large(n int, flag byte) byte {
	if n > math.MaxUint8 {
		return flag
	}
	return 0
}

func (w *writer) hookLength(n int) {
	if n > math.MaxUint8 {
		w.length(n)
		return
	}
	w.buf = append(w.buf, byte(n))
}

package storable

import (
	"fmt"
	"reflect"
	"slices"
)

// root writes the payload's one reference.
func (w *writer) root(v any) error {
	if isNil(v) {
		return notReference(v)
	}
	if t, ok := v.(*Tied); ok && t.Kind != Array && t.Kind != Hash {
		return notReference(v)
	}
	return w.referent(v)
}

func notReference(v any) error {
	return &ValueError{Type: reflect.TypeOf(v), Msg: "freeze takes references only", Err: ErrNotReference}
}

// referent writes what v, which is not nil, refers to.
func (w *writer) referent(v any) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer func() { w.depth-- }()
	id, shared := identify(v)
	if shared {
		if n, ok := w.seen[id]; ok {
			w.sameAs(n)
			return nil
		}
		w.remember(id)
	}
	switch v := v.(type) {
	case []any:
		return w.array(v)
	case map[string]any:
		return w.hash(v)
	case *Ref:
		return w.scalar(v.Value)
	case Ref:
		return w.scalar(v.Value)
	case *Object:
		return w.object(v, id)
	case Object:
		return w.object(&v, id)
	case *Regexp:
		return w.regexp(v, regexpClass)
	case *Code:
		return w.code(v)
	case *Tied:
		return w.tiedContainer(v)
	case *Hooked:
		return w.hooked(v)
	}
	return w.reflectedReferent(v)
}

// remember gives the next number to what id distinguishes.
func (w *writer) remember(id identity) {
	if w.seen == nil {
		w.seen = make(map[identity]uint32)
	}
	w.seen[id] = w.things
}

// sameAs writes a reference's target that has been written before.
func (w *writer) sameAs(n uint32) {
	w.buf = append(w.buf, opObject, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// identify returns what distinguishes v from an equal value. Slices
// without capacity and what is not held by pointer have no identity.
func identify(v any) (identity, bool) {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Slice:
		return identity{rv.Type(), rv.Pointer(), rv.Len()}, rv.Cap() > 0
	case reflect.Map, reflect.Pointer:
		return identity{rv.Type(), rv.Pointer(), 0}, !rv.IsNil()
	}
	return identity{}, false
}

func (w *writer) array(elems []any) error {
	if err := w.arrayHead(elems, len(elems)); err != nil {
		return err
	}
	for _, v := range elems {
		if err := w.scalar(v); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) arrayHead(v any, n int) error {
	if err := checkLength(v, n); err != nil {
		return err
	}
	w.op(opArray)
	w.length(n)
	return nil
}

func (w *writer) hash(m map[string]any) error {
	marked, err := w.hashHead(m, len(m), func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if w.Canonical {
		return w.sorted(m, marked)
	}
	for k, v := range m {
		if err := w.pair(k, v, marked); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) sorted(m map[string]any, marked bool) error {
	from := len(w.keys)
	for k := range m {
		w.keys = append(w.keys, k)
	}
	keys := w.keys[from:]
	slices.Sort(keys)
	for _, k := range keys {
		if err := w.pair(k, m[k], marked); err != nil {
			return err
		}
	}
	w.keys = w.keys[:from]
	return nil
}

// hashHead begins a hash of n pairs. If one of its keys has to be marked as
// text, all of them carry flags.
func (w *writer) hashHead(v any, n int, keys func(func(string) bool)) (marked bool, err error) {
	if err := checkLength(v, n); err != nil {
		return false, err
	}
	for k := range keys {
		if marked = w.isText(k); marked {
			break
		}
	}
	if marked {
		w.op(opFlagHash)
		w.buf = append(w.buf, 0)
	} else {
		w.op(opHash)
	}
	w.length(n)
	return marked, nil
}

func (w *writer) pair(key string, v any, marked bool) error {
	if err := w.scalar(v); err != nil {
		return err
	}
	return w.key(key, marked)
}

func (w *writer) key(key string, marked bool) error {
	if err := checkLength(key, len(key)); err != nil {
		return err
	}
	if marked {
		flags := byte(0)
		if w.isText(key) {
			flags = keyUTF8
		}
		w.buf = append(w.buf, flags)
	}
	w.length(len(key))
	w.buf = append(w.buf, key...)
	return nil
}

// object writes a blessed thing. The pointer to the Object, if there is one,
// and what it holds are the same thing.
func (w *writer) object(o *Object, id identity) error {
	if isNil(o.Value) {
		return &ValueError{Type: reflect.TypeOf(o), Msg: "no reference to bless into " + o.Class, Err: ErrNotReference}
	}
	switch v := o.Value.(type) {
	case *Object, Object, *Hooked:
		return &ValueError{Type: reflect.TypeOf(v), Msg: "blessed twice"}
	case *Regexp:
		return w.regexp(v, o.Class)
	}
	if inner, ok := identify(o.Value); ok {
		if n, ok := w.seen[inner]; ok {
			return w.sameObject(o, id, n)
		}
	}
	if err := w.bless(o.Class); err != nil {
		return err
	}
	if w.blessed == nil {
		w.blessed = make(map[uint32]string)
	}
	w.blessed[w.things] = o.Class
	return w.referent(o.Value)
}

// sameObject writes an object whose inside has been written as thing n. In
// Perl it is the thing that is blessed, not the reference, so it must have
// been written as an object of that class.
func (w *writer) sameObject(o *Object, id identity, n uint32) error {
	if class := w.blessed[n]; class != o.Class {
		return &ValueError{Type: reflect.TypeOf(o),
			Msg: fmt.Sprintf("what is blessed into %q occurs before as of class %q", o.Class, class)}
	}
	if id.typ != nil {
		w.seen[id] = n
	}
	w.sameAs(n)
	return nil
}

// bless writes the name of a class, or its number if it has one.
func (w *writer) bless(class string) error {
	n, known, err := w.class(class)
	switch {
	case err != nil:
		return err
	case known:
		w.buf = append(w.buf, opIxBless)
		w.name(n)
		return nil
	}
	w.buf = append(w.buf, opBless)
	w.name(len(class))
	w.buf = append(w.buf, class...)
	return nil
}

// class returns the number of a class, giving it one if it has none yet.
func (w *writer) class(name string) (n int, known bool, err error) {
	if name == "" || len(name) > maxLen {
		return 0, false, &ValueError{Type: reflect.TypeFor[Object](), Msg: fmt.Sprintf("class name of %d bytes", len(name))}
	}
	if n, known = w.classes[name]; known {
		return n, true, nil
	}
	if w.classes == nil {
		w.classes = make(map[string]int)
	}
	w.classes[name] = len(w.classes)
	return w.classes[name], false, nil
}

// name writes the length or number of a class.
func (w *writer) name(n int) {
	if n < largeName {
		w.buf = append(w.buf, byte(n))
		return
	}
	w.buf = append(w.buf, largeName)
	w.length(n)
}

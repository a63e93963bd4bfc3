package filter

import (
	"errors"
	"io"
	"reflect"
)

// stage is one part of a Stack with its input: POE's filter interface between
// parts, on records.
type stage interface {
	part() any
	start(recs []any) error                             // get_one_start; copies recs
	getOne(dst []any) (out []any, more bool, err error) // get_one
	put(recs []any) ([]any, error)                      // put
	finish(buf []byte) (any, error)                     // Finisher; buf comes behind the input
	pending() []any                                     // get_pending
	clone() stage                                       // clone
	rewind()                                            // drop the input
}

// newStage makes a stage of a Filter or Layer; it returns nil for others.
func newStage(part any) stage {
	switch p := part.(type) {
	case *Stack:
		return stackStage{p}
	case Filter:
		return &byteStage{Buffer{filter: p}}
	case Layer:
		return newLayerStage(p)
	}
	return nil
}

// typeName is the name of a part's type, without package and pointer.
func typeName(part any) string {
	t := reflect.TypeOf(part)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// byteStage is a Filter as a stage: its records are chunks of bytes on the
// wire's side.
type byteStage struct{ b Buffer }

func (s *byteStage) part() any { return s.b.filter }

// start adds records of text. If they are too many all of them are dropped,
// since a Stack's caller cannot see them.
func (s *byteStage) start(recs []any) error {
	for _, rec := range recs {
		switch v := rec.(type) {
		case string:
			s.b.add([]byte(v))
		case []byte:
			s.b.add(v)
		default:
			return &Error{Filter: typeName(s.b.filter), Op: "decode", Err: &RecordError{Record: rec, Want: "string or []byte"}}
		}
	}
	err := s.b.GetOneStart()
	if err != nil {
		s.b.buf, s.b.off = nil, 0
	}
	return err
}

func (s *byteStage) getOne(dst []any) ([]any, bool, error) {
	out, err := s.b.getOne(dst)
	return out, true, err
}

func (s *byteStage) put(recs []any) ([]any, error) {
	messages, err := s.b.Put(recs...)
	out := make([]any, len(messages))
	for i, m := range messages {
		out[i] = string(m)
	}
	return out, err
}

func (s *byteStage) finish(buf []byte) (any, error) {
	f, ok := s.b.filter.(Finisher)
	if !ok {
		return nil, io.EOF
	}
	rest := append(s.b.Bytes(), buf...)
	s.b.buf, s.b.off = nil, 0
	return f.Finish(rest)
}

func (s *byteStage) pending() []any { return s.b.Pending() }

func (s *byteStage) clone() stage {
	c := &byteStage{Buffer{filter: s.b.filter}}
	if f, ok := s.b.filter.(Cloner); ok {
		c.b.filter = f.Clone()
	}
	return c
}

func (s *byteStage) rewind() {
	s.b.buf, s.b.off = nil, 0
	if r, ok := s.b.filter.(Rewinder); ok {
		r.Rewind()
	}
}

// layerStage is a Layer as a stage, with the records it has not been given yet.
type layerStage struct {
	layer Layer
	queue []any
	next  int // queue[next:] waits
}

func newLayerStage(l Layer) *layerStage { return &layerStage{layer: l} }

func (s *layerStage) part() any { return s.layer }

func (s *layerStage) start(recs []any) error {
	s.queue = append(s.queue, recs...)
	return nil
}

// pop takes the next record off the queue.
func (s *layerStage) pop() any {
	rec := s.queue[s.next]
	s.queue[s.next] = nil
	if s.next++; s.next == len(s.queue) {
		s.queue, s.next = s.queue[:0], 0
	}
	return rec
}

// getOne gives records to the layer until something comes out of it, or until
// it ends this get.
func (s *layerStage) getOne(dst []any) (out []any, more bool, err error) {
	if d, ok := s.layer.(Drainer); ok {
		if out, err = d.Drain(dst); err != nil || len(out) > len(dst) {
			return out, true, err
		}
	}
	for s.next < len(s.queue) {
		out, more, err = s.layer.Get(dst, s.pop())
		if err != nil || !more || len(out) > len(dst) {
			return out, more, err
		}
	}
	return dst, true, nil
}

func (s *layerStage) put(recs []any) ([]any, error) { return s.layer.Put(nil, recs) }

func (s *layerStage) finish([]byte) (any, error) { return nil, io.EOF }

func (s *layerStage) pending() []any {
	var out []any
	if h, ok := s.layer.(Holder); ok {
		out = append(out, h.Held()...)
	}
	return append(out, s.queue[s.next:]...)
}

func (s *layerStage) clone() stage {
	if c, ok := s.layer.(LayerCloner); ok {
		return newLayerStage(c.CloneLayer())
	}
	return newLayerStage(s.layer)
}

func (s *layerStage) rewind() {
	s.queue, s.next = nil, 0
	if r, ok := s.layer.(Rewinder); ok {
		r.Rewind()
	}
}

// errNoPart is the cause in the error for a part of a Stack that is neither a
// Filter nor a Layer.
var errNoPart = errors.New("is neither a Filter nor a Layer")

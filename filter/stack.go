package filter

import (
	"errors"
	"io"
)

// Stack combines several parts into one filter. The first part is the first to
// get input and the last to get output. A part is a [Filter], which works on
// bytes, or a [Layer], which works on records. Usually the first part is a
// Filter and the others are layers, but any order is possible: a layer before a
// filter gets what has arrived as a string, a filter after a layer accepts
// strings and []byte. An empty Stack passes bytes on, as [Stream] does.
//
// A Stack can be changed while it is in use.
//
// POE: POE::Filter::Stackable
type Stack struct {
	stages []stage
	out    []any // what a step made; Decode has not returned out[next:]
	next   int
	spare  []any // for the records between two parts
}

// NewStack returns a Stack of parts, or a *[ConfigError] if one of them is
// neither a [Filter] nor a [Layer].
func NewStack(parts ...any) (*Stack, error) {
	s := &Stack{}
	return s, s.Push(parts...)
}

// makeStages checks all parts before it makes stages of them.
func makeStages(parts []any) ([]stage, error) {
	stages := make([]stage, len(parts))
	for i, p := range parts {
		if stages[i] = newStage(p); stages[i] == nil {
			return nil, &ConfigError{Package: "filter", Field: "Stack parts", Err: errNoPart}
		}
	}
	return stages, nil
}

// Push adds parts at the end, where input arrives last. If one of them is
// neither a Filter nor a Layer, that is an error and none is added.
func (s *Stack) Push(parts ...any) error {
	stages, err := makeStages(parts)
	s.stages = append(s.stages, stages...)
	return err
}

// Unshift adds parts at the front, where input arrives first. If one of them is
// neither a Filter nor a Layer, that is an error and none is added. Bytes that
// have not been consumed are decoded by the new first part.
func (s *Stack) Unshift(parts ...any) error {
	stages, err := makeStages(parts)
	s.stages = append(stages, s.stages...)
	return err
}

// Pop removes the last part and returns it, nil if there is none. Input that it
// holds is lost.
func (s *Stack) Pop() any {
	if len(s.stages) == 0 {
		return nil
	}
	last := len(s.stages) - 1
	st := s.stages[last]
	s.stages = s.stages[:last]
	return st.part()
}

// Shift removes the first part and returns it, nil if there is none. Input that
// it holds is passed to the next part; the error is that of the next part if it
// cannot decode it.
func (s *Stack) Shift() (any, error) {
	if len(s.stages) == 0 {
		return nil, nil
	}
	st := s.stages[0]
	s.stages = s.stages[1:]
	if waiting := st.pending(); len(waiting) > 0 && len(s.stages) > 0 {
		return st.part(), s.stages[0].start(waiting)
	}
	return st.part(), nil
}

// Filters returns the parts, first to last.
func (s *Stack) Filters() []any {
	parts := make([]any, len(s.stages))
	for i, st := range s.stages {
		parts[i] = st.part()
	}
	return parts
}

// FilterTypes returns the names of the parts' types, without their packages:
// "Line", "Map".
func (s *Stack) FilterTypes() []string {
	names := make([]string, len(s.stages))
	for i, st := range s.stages {
		names[i] = typeName(st.part())
	}
	return names
}

// Decode returns the next record.
func (s *Stack) Decode(buf []byte) (any, int, error) {
	n := 0
	if s.next == len(s.out) {
		out, consumed, err := s.decodeStep(s.out[:0], buf)
		s.out, s.next, n = out, 0, consumed
		if err != nil {
			return nil, n, err
		}
	}
	rec := s.out[s.next]
	s.out[s.next] = nil
	s.next++
	return rec, n, nil
}

// DecodeStep appends to dst all the records that the last part makes of one
// input.
func (s *Stack) DecodeStep(dst []any, buf []byte) ([]any, int, error) {
	if s.next < len(s.out) {
		return s.drainOut(dst), 0, nil
	}
	return s.decodeStep(dst, buf)
}

// drainOut appends what Decode has not returned.
func (s *Stack) drainOut(dst []any) []any {
	dst = append(dst, s.out[s.next:]...)
	s.out, s.next = nil, 0
	return dst
}

func (s *Stack) decodeStep(dst []any, buf []byte) ([]any, int, error) {
	if len(s.stages) == 0 {
		return decodeStep(&Stream{}, dst, buf)
	}
	had := len(dst)
	var n int
	var err error
	if f := s.direct(); f != nil {
		dst, n, err = s.step(dst, f, buf)
	} else {
		if len(buf) > 0 {
			if err = s.stages[0].start([]any{string(buf)}); err != nil {
				return dst, len(buf), err
			}
		}
		dst, _, err = s.step(dst, nil, nil)
		n = len(buf)
	}
	if err == nil && len(dst) == had {
		err = ErrMore
	}
	return dst, n, err
}

// Finish calls Finish of the parts that are a [Finisher], first to last, and
// passes the resulting records to the parts after them.
func (s *Stack) Finish(buf []byte) (any, error) {
	for i := 0; i < len(s.stages); buf = nil {
		if s.next == len(s.out) {
			out, _, err := s.step(s.out[:0], nil, nil)
			if s.out, s.next = out, 0; err != nil {
				return nil, err
			}
		}
		if s.next < len(s.out) {
			rec, _, err := s.Decode(nil)
			return rec, err
		}
		rec, err := s.stages[i].finish(buf)
		switch {
		case errors.Is(err, io.EOF):
			i++
			continue
		case err != nil || i+1 == len(s.stages):
			return rec, err
		}
		if err := s.stages[i+1].start([]any{rec}); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// direct returns the first part if it is a filter that can decode the driver's
// bytes where they are.
func (s *Stack) direct() Filter {
	if b, ok := s.stages[0].(*byteStage); ok && len(b.b.Bytes()) == 0 {
		return b.b.filter
	}
	return nil
}

// startsWithLayer reports whether the first part is a layer, or a stack that begins
// with one: it takes each chunk of bytes as a record.
func (s *Stack) startsWithLayer() bool {
	if len(s.stages) == 0 {
		return false
	}
	switch st := s.stages[0].(type) {
	case *layerStage:
		return true
	case stackStage:
		return st.s.startsWithLayer()
	}
	return false
}

// start hands chunks of bytes to the first part as records.
func (s *Stack) start(chunks [][]byte) error {
	recs := make([]any, len(chunks))
	for i, c := range chunks {
		recs[i] = string(c)
	}
	return s.stages[0].start(recs)
}

// step asks every part once for what it has, and hands it to the next, until
// the last one has something or no part had anything for the next. With a
// direct filter the first part decodes buf.
func (s *Stack) step(dst []any, direct Filter, buf []byte) (out []any, n int, err error) {
	for {
		recs, passed := s.spare[:0], false
		for i, st := range s.stages {
			if len(recs) > 0 {
				if err = st.start(recs); err != nil {
					return dst, n, err
				}
				passed = true
			}
			if i == 0 && direct != nil {
				var m int
				if recs, m, err = decodeStep(direct, recs[:0], buf[n:]); errors.Is(err, ErrMore) {
					err = nil
				}
				n += m
			} else {
				recs, _, err = st.getOne(recs[:0])
			}
			if err != nil {
				return dst, n, err
			}
		}
		dst = append(dst, recs...)
		done := len(recs) > 0 || !passed
		clear(recs)
		if s.spare = recs[:0]; done {
			return dst, n, nil
		}
	}
}

// Append encodes one record. A part may hold it back, or make several messages
// of it.
func (s *Stack) Append(dst []byte, rec any) ([]byte, error) {
	out, _, err := s.Put(dst, nil, []any{rec})
	return out, err
}

// Put passes records through the parts, last to first, and returns the encoded
// result. It ends at the first part that returns nothing.
func (s *Stack) Put(dst []byte, ends []int, recs []any) ([]byte, []int, error) {
	var err error
	bottom := Filter(&Stream{})
	for i := len(s.stages) - 1; i >= 0; i-- {
		if b, ok := s.stages[i].(*byteStage); ok && i == 0 {
			bottom = b.b.filter
			break
		}
		if recs, err = s.stages[i].put(recs); err != nil || len(recs) == 0 {
			return dst, ends, err
		}
	}
	return put(bottom, dst, ends, recs)
}

// PendingBytes returns the input that the parts hold, in the order of the
// stream: the input of each part is encoded by the parts before it, so that it
// can be decoded again. What these cannot encode is left out.
func (s *Stack) PendingBytes() []byte {
	text := s.encode(nil, len(s.stages), s.out[s.next:])
	for i := len(s.stages) - 1; i >= 0; i-- {
		text = s.encode(text, i, s.stages[i].pending())
	}
	return text
}

// encode appends what the parts in front of part i make of its input.
func (s *Stack) encode(dst []byte, i int, recs []any) []byte {
	if len(recs) == 0 {
		return dst
	}
	below := Stack{stages: s.stages[:i]}
	dst, _, _ = below.Put(dst, nil, recs)
	return dst
}

// Rewind makes the stack drop the input that its parts hold.
func (s *Stack) Rewind() {
	s.out, s.next = nil, 0
	for _, st := range s.stages {
		st.rewind()
	}
}

// CheckBuffer applies the limit of the first part.
func (s *Stack) CheckBuffer(n int) error {
	if len(s.stages) > 0 {
		if l, ok := s.direct().(Limiter); ok {
			return l.CheckBuffer(n)
		}
	}
	return nil
}

// pending is POE's answer to get_pending: what the last part holds, given the
// bytes that wait in front of the stack. It is never nil.
func (s *Stack) pending(waiting []byte) []any {
	last := len(s.stages) - 1
	if last < 0 {
		return []any{}
	}
	out := append([]any{}, s.stages[last].pending()...)
	if last == 0 && len(waiting) > 0 {
		out = append(out, string(waiting))
	}
	return out
}

// Clone returns a Stack of copies of the parts, with nothing pending. A part
// that is neither a [Cloner] nor a [LayerCloner] is shared.
func (s *Stack) Clone() Filter { return s.clone() }

func (s *Stack) clone() *Stack {
	c := &Stack{stages: make([]stage, len(s.stages))}
	for i, st := range s.stages {
		c.stages[i] = st.clone()
	}
	return c
}

// Records returns a [Records] with which the stack can be used by hand, like a
// layer. The stack's parts are shared, not copied; if the first part is a
// Filter, the input records are strings and []byte.
func (s *Stack) Records() *Records { return &Records{stackStage{s}} }

// stackStage lets Records drive a Stack.
type stackStage struct{ s *Stack }

func (st stackStage) part() any { return st.s }

func (st stackStage) start(recs []any) error {
	if len(st.s.stages) == 0 {
		st.s.out = append(st.s.out, recs...)
		return nil
	}
	return st.s.stages[0].start(recs)
}

func (st stackStage) getOne(dst []any) ([]any, bool, error) {
	if st.s.next < len(st.s.out) || len(st.s.stages) == 0 {
		return st.s.drainOut(dst), true, nil
	}
	out, _, err := st.s.step(dst, nil, nil)
	return out, true, err
}

func (st stackStage) put(recs []any) (out []any, err error) {
	for i := len(st.s.stages) - 1; i >= 0; i-- {
		if recs, err = st.s.stages[i].put(recs); err != nil || len(recs) == 0 {
			return nil, err
		}
	}
	return recs, nil
}

func (st stackStage) finish(buf []byte) (any, error) { return st.s.Finish(buf) }

func (st stackStage) pending() []any { return st.s.pending(nil) }
func (st stackStage) clone() stage   { return stackStage{st.s.clone()} }
func (st stackStage) rewind()        { st.s.Rewind() }

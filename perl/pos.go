//go:build linux

package perl

// Pos is the position at which the last m//g in scalar context on a variable
// has ended. Perl: pos.
type Pos struct {
	at    int
	s     string
	set   bool
	empty bool // the match was empty: the next one at the same place is not
}

// Get returns the position as an offset, or nil if there is none.
func (p *Pos) Get() any {
	if !p.set {
		return nil
	}
	return p.at
}

// Set sets the position in s; a nil v resets it.
func (p *Pos) Set(s string, v any) {
	at := Int(v)
	if at < 0 {
		at = max(0, at+len(s))
	}
	*p = Pos{s: s, at: min(at, len(s)), set: v != nil}
}

// TopicPos returns the position of $_.
func TopicPos() *Pos { return &topicPos }

type posKey struct {
	h   *Hash
	key string
}

var positions = map[posKey]*Pos{}

// PosOf returns the position of the value of a hash's key.
func PosOf(h *Hash, key string) *Pos {
	p := positions[posKey{h, key}]
	if p == nil {
		p = &Pos{}
		positions[posKey{h, key}] = p
	}
	return p
}

var refPositions = map[*any]*Pos{}

// PosOfRef returns the position of the scalar to which v refers.
func PosOfRef(v any) *Pos {
	r := S(v)
	p := refPositions[r.cell]
	if p == nil {
		p = &Pos{}
		refPositions[r.cell] = p
	}
	return p
}

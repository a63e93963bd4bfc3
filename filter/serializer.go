package filter

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"encoding/json"

	"github.com/gopoe/poe/internal/membudget"
)

// DefaultMaxMemory is the most bytes that a record which a [Serializer] has
// thawed may occupy in memory, unless configured otherwise.
const DefaultMaxMemory = membudget.Default

// Serializer turns values into bytes and back, for [Reference].
//
// Thaw gets exactly one serialized value. It must neither keep data nor return
// anything that aliases it. It must return a value or an error for any bytes,
// since they come from a peer. An error about a limit wraps a *[LimitError].
type Serializer interface {
	Freeze(rec any) ([]byte, error)
	Thaw(data []byte) (any, error)
}

// JSON is a [Serializer] with encoding/json. The zero value thaws into
// map[string]any, []any, string, float64, bool and nil.
type JSON struct {
	// MaxMemory is the most bytes that a thawed record may take in memory,
	// estimated for encoding/json's own types. 0 means DefaultMaxMemory, a
	// negative value no limit.
	MaxMemory int

	// New returns the pointer into which Thaw decodes; that pointer is then the
	// record. If nil, records have the types that encoding/json decodes into an
	// any.
	New func() any
}

// Freeze encodes rec as JSON.
func (j JSON) Freeze(rec any) ([]byte, error) { return json.Marshal(rec) }

// Thaw decodes one JSON value.
func (j JSON) Thaw(data []byte) (any, error) {
	if j.MaxMemory >= 0 {
		budget := membudget.New(cmp.Or(j.MaxMemory, DefaultMaxMemory))
		if !budget.ChargeJSON(data) {
			return nil, &LimitError{Limit: "MaxMemory", Max: int64(budget.Max())}
		}
	}
	if j.New != nil {
		rec := j.New()
		return rec, json.Unmarshal(data, rec)
	}
	var rec any
	err := json.Unmarshal(data, &rec)
	return rec, err
}

// Gob is a [Serializer] with encoding/gob, for peers that are Go programs. Each
// record carries its type, so that records can be decoded independently.
//
// encoding/gob is not designed for hostile input: it bounds what it allocates,
// but only roughly. Use it between programs that trust each other.
type Gob struct {
	// New returns the pointer into which Thaw decodes; that pointer is then the
	// record. If nil, records are sent as interface values, whose types must be
	// registered with gob.Register on both sides.
	New func() any
}

// Freeze encodes rec.
func (g Gob) Freeze(rec any) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if enc := gob.NewEncoder(&b); g.New != nil {
		err = enc.Encode(rec)
	} else {
		err = enc.Encode(&rec)
	}
	return b.Bytes(), err
}

// Thaw decodes one record.
func (g Gob) Thaw(data []byte) (any, error) {
	dec := gob.NewDecoder(bytes.NewReader(data))
	if g.New != nil {
		rec := g.New()
		return rec, dec.Decode(rec)
	}
	var rec any
	err := dec.Decode(&rec)
	return rec, err
}

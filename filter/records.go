package filter

// Records drives a [Layer] by hand, with POE's whole filter interface, as
// [Buffer] does for filters, with records instead of bytes. [Stack.Records]
// returns one for a stack.
type Records struct{ s stage }

// NewRecords returns a Records that uses layer.
func NewRecords(layer Layer) *Records { return &Records{newLayerStage(layer)} }

// GetOneStart adds records.
//
// POE: get_one_start
func (r *Records) GetOneStart(recs ...any) error { return r.s.start(recs) }

// GetOne returns what the next record becomes: none, one or several records.
//
// POE: get_one
func (r *Records) GetOne() ([]any, error) {
	out, _, err := r.s.getOne(nil)
	return out, err
}

// Get adds records and returns what they become, until the layer ends this get
// or has no more.
//
// POE: get
func (r *Records) Get(recs ...any) ([]any, error) {
	if err := r.s.start(recs); err != nil {
		return nil, err
	}
	var out []any
	for {
		had := len(out)
		var more bool
		var err error
		if out, more, err = r.s.getOne(out); err != nil || !more || len(out) == had {
			return out, err
		}
	}
}

// Put returns what the records become as output.
//
// POE: put
func (r *Records) Put(recs ...any) ([]any, error) { return r.s.put(recs) }

// Pending returns the records that were added and not returned yet, or nil. It
// consumes nothing. For a [Stack] it is what the last part holds, and an empty
// list if it holds nothing, as in POE.
//
// POE: get_pending
func (r *Records) Pending() []any { return r.s.pending() }

// Clone returns a Records with a copy of the layer, and nothing pending. A
// layer that is not a [LayerCloner] is shared.
//
// POE: clone
func (r *Records) Clone() *Records { return &Records{r.s.clone()} }

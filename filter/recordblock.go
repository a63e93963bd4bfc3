package filter

// RecordBlockConfig configures a [RecordBlock].
type RecordBlockConfig struct {
	// BlockSize is how many records make a block. It is required.
	BlockSize int

	// CheckPut holds output records back until there are BlockSize of them.
	CheckPut bool
}

// RecordBlock is a [Layer] that collects input records into blocks, each a
// []any, and splits blocks into records on output. With CheckPut output that
// does not fill a block is held back; see [RecordBlock.PutPending]. POE:
// POE::Filter::RecordBlock.
type RecordBlock struct {
	size     int
	checkPut bool
	in       []any // collected for the next block
	out      []any // held back on output
}

// NewRecordBlock returns a RecordBlock, or a *[ConfigError].
func NewRecordBlock(config RecordBlockConfig) (*RecordBlock, error) {
	switch {
	case config.BlockSize == 0:
		return nil, configError("RecordBlock", "BlockSize", ErrMissing)
	case config.BlockSize < 0:
		return nil, configError("RecordBlock", "BlockSize", ErrNegative)
	}
	return &RecordBlock{size: config.BlockSize, checkPut: config.CheckPut}, nil
}

// Get collects rec and appends a block if it is complete.
func (r *RecordBlock) Get(dst []any, rec any) ([]any, bool, error) {
	r.in = append(r.in, rec)
	dst, err := r.Drain(dst)
	return dst, true, err
}

// Drain appends a block if one is complete.
func (r *RecordBlock) Drain(dst []any) ([]any, error) {
	if len(r.in) < r.size {
		return dst, nil
	}
	var block []any
	block, r.in = cut(r.in, r.size)
	return append(dst, block), nil
}

// cut splits recs behind n of them, without a shared array.
func cut(recs []any, n int) (front, rest []any) {
	if n == len(recs) {
		return recs, nil
	}
	return recs[:n:n], append([]any(nil), recs[n:]...)
}

// Put appends the records of the blocks. If one of recs is not a []any, nothing
// is put.
func (r *RecordBlock) Put(dst []any, recs []any) ([]any, error) {
	for _, rec := range recs {
		if _, ok := rec.([]any); !ok {
			return dst, &Error{Filter: "RecordBlock", Op: "put", Err: &RecordError{Record: rec, Want: "[]any"}}
		}
	}
	for _, rec := range recs {
		r.out = append(r.out, rec.([]any)...)
	}
	n := len(r.out)
	if r.checkPut {
		n -= n % r.size
	}
	var ready []any
	ready, r.out = cut(r.out, n)
	return append(dst, ready...), nil
}

// Held returns the records collected for the next block.
func (r *RecordBlock) Held() []any { return append([]any(nil), r.in...) }

// PutPending returns the output records that are held back, nil if there are
// none or CheckPut is off.
//
// POE: put_pending
func (r *RecordBlock) PutPending() []any {
	if !r.checkPut {
		return nil
	}
	return append([]any(nil), r.out...)
}

// BlockSize returns how many records make a block.
func (r *RecordBlock) BlockSize() int { return r.size }

// SetBlockSize sets how many records make a block, and returns the size that is
// then valid. A size of 0 or less is ignored, as in POE.
func (r *RecordBlock) SetBlockSize(n int) int {
	if n > 0 {
		r.size = n
	}
	return r.size
}

// CheckPut reports whether output is held back until it fills a block.
func (r *RecordBlock) CheckPut() bool { return r.checkPut }

// SetCheckPut sets CheckPut and returns it. Records that were held back when it
// is switched off are output with the next put.
func (r *RecordBlock) SetCheckPut(on bool) bool {
	r.checkPut = on
	return on
}

// Rewind drops the records collected for the next block.
func (r *RecordBlock) Rewind() { r.in = nil }

// CloneLayer returns an empty RecordBlock with the same settings.
func (r *RecordBlock) CloneLayer() Layer {
	return &RecordBlock{size: r.size, checkPut: r.checkPut}
}

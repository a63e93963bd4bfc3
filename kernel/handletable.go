package kernel

// handleTable finds handles by token. A token's generation distinguishes its
// uses, so that readiness reported for a handle never reaches its successor. The
// table is made of pages, so that it grows without being copied.
type handleTable struct {
	pages []*handlePage
	size  int // slots that have been used
	free  []int32
	count int
	added int // ever
}

const handlePageSize = 256

type handlePage struct {
	handles [handlePageSize]*Handle
	gens    [handlePageSize]uint32
}

func (t *handleTable) add(h *Handle) (token int32, gen uint32) {
	h.since = uint32(t.added)
	t.added++
	t.count++
	i := uint(t.unused())
	p := t.pages[i/handlePageSize]
	p.handles[i%handlePageSize] = h
	return int32(i), p.gens[i%handlePageSize]
}

// unused returns the token of a slot that is not in use.
func (t *handleTable) unused() int32 {
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.pages[uint(i)/handlePageSize].gens[uint(i)%handlePageSize]++
		return i
	}
	if t.size == len(t.pages)*handlePageSize {
		t.pages = append(t.pages, &handlePage{})
	}
	t.size++
	return int32(t.size - 1)
}

func (t *handleTable) remove(i int32) {
	t.count--
	t.pages[uint(i)/handlePageSize].handles[uint(i)%handlePageSize] = nil
	t.free = append(t.free, i)
}

func (t *handleTable) find(i int32, gen uint32) *Handle {
	if uint(i) >= uint(t.size) {
		return nil
	}
	p := t.pages[uint(i)/handlePageSize]
	if p.gens[uint(i)%handlePageSize] != gen {
		return nil
	}
	return p.handles[uint(i)%handlePageSize]
}

// generation returns the present generation of a token, false if it was never given.
func (t *handleTable) generation(i int32) (gen uint32, ok bool) {
	if uint(i) >= uint(t.size) {
		return 0, false
	}
	return t.pages[uint(i)/handlePageSize].gens[uint(i)%handlePageSize], true
}

// at returns the handle in a slot below size, nil if it is not in use.
func (t *handleTable) at(i int) *Handle {
	return t.pages[i/handlePageSize].handles[i%handlePageSize]
}

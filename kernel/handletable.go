package kernel

// handleTable finds handles by token. A token's generation distinguishes its
// uses, so that readiness reported for a handle never reaches its successor.
type handleTable struct {
	slots []handleSlot
	free  []int32
	count int
	added int // ever
}

type handleSlot struct {
	h   *Handle
	gen uint32
}

func (t *handleTable) add(h *Handle) (token int32, gen uint32) {
	h.since = t.added
	t.added++
	t.count++
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.slots[i].h = h
		t.slots[i].gen++
		return i, t.slots[i].gen
	}
	t.slots = append(t.slots, handleSlot{h: h})
	return int32(len(t.slots) - 1), 0
}

func (t *handleTable) remove(i int32) {
	t.count--
	t.slots[i].h = nil
	t.free = append(t.free, i)
}

func (t *handleTable) find(i int32, gen uint32) *Handle {
	if i >= 0 && int(i) < len(t.slots) && t.slots[i].gen == gen {
		return t.slots[i].h
	}
	return nil
}

package kernel

import (
	"iter"
	"maps"
	"slices"
)

// sessionTable finds the living sessions by their numbers. Numbers are given in
// order and are not used again, so the table is made of pages, each of which goes
// with the last of its sessions.
type sessionTable struct {
	pages  map[uint64]*sessionPage
	newest *sessionPage // stays even if it is empty
	count  int
}

const sessionPageSize = 64

type sessionPage struct {
	number uint64
	used   int
	slots  [sessionPageSize]*entry
}

func (t *sessionTable) add(e *entry) {
	n := e.num / sessionPageSize
	if t.newest == nil || t.newest.number != n {
		if old := t.newest; old != nil && old.used == 0 {
			delete(t.pages, old.number)
		}
		if t.pages == nil {
			t.pages = map[uint64]*sessionPage{}
		}
		t.newest = &sessionPage{number: n}
		t.pages[n] = t.newest
	}
	t.newest.slots[e.num%sessionPageSize] = e
	t.newest.used++
	t.count++
}

func (t *sessionTable) remove(e *entry) {
	p := t.page(e.num)
	p.slots[e.num%sessionPageSize] = nil
	t.count--
	if p.used--; p.used == 0 && p != t.newest {
		delete(t.pages, p.number)
	}
}

// find returns the session with that number, nil if there is none.
func (t *sessionTable) find(number uint64) *entry {
	if p := t.page(number); p != nil {
		return p.slots[number%sessionPageSize]
	}
	return nil
}

func (t *sessionTable) page(number uint64) *sessionPage {
	n := number / sessionPageSize
	if t.newest != nil && t.newest.number == n {
		return t.newest
	}
	return t.pages[n]
}

// all yields the sessions in the order of their numbers.
func (t *sessionTable) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, n := range slices.Sorted(maps.Keys(t.pages)) {
			for _, e := range t.pages[n].slots {
				if e != nil && !yield(e) {
					return
				}
			}
		}
	}
}

package cluster

import "sort"

// class is what an entry is about.
type class uint8

const (
	classAlias class = 1 + iota // a session here owns an alias
	classKind                   // virtual sessions of a kind may run here
	classTopic                  // a session here subscribed to a topic
	classLast
)

// key names an entry.
type key struct {
	class class
	name  string
}

// entry is one thing that a node says about itself.
type entry struct {
	Class class  `cbor:"1,keyasint"`
	Name  string `cbor:"2,keyasint"`
	Epoch uint64 `cbor:"3,keyasint,omitempty"` // of an alias, see claim
	Since int64  `cbor:"4,keyasint,omitempty"` // of an alias
	Gone  bool   `cbor:"5,keyasint,omitempty"`

	at uint64 // the version of the book that it made
}

func (e *entry) key() key { return key{e.Class, e.Name} }

// journal is what this node says about itself, in the order in which it came to be
// so. Other nodes have copies: a node which knows it up to a version is sent what
// came later.
type journal struct {
	version uint64
	log     []entry
	live    map[key]int // where in the log the entries are that hold now
	floor   uint64      // what is older has been thrown away
}

func newJournal() journal { return journal{live: map[key]int{}} }

func (b *journal) set(e entry) {
	b.add(e)
	b.live[e.key()] = len(b.log) - 1
}

func (b *journal) remove(k key) {
	if _, ok := b.live[k]; ok {
		delete(b.live, k)
		b.add(entry{Class: k.class, Name: k.name, Gone: true})
	}
}

func (b *journal) add(e entry) {
	if len(b.log) > 2*len(b.live)+64 {
		b.compact()
	}
	b.version++
	e.at = b.version
	b.log = append(b.log, e)
}

// compact throws away what does not hold any more.
func (b *journal) compact() {
	var kept []entry
	for i := range b.log {
		if at, ok := b.live[b.log[i].key()]; ok && at == i {
			b.live[b.log[i].key()] = len(kept)
			kept = append(kept, b.log[i])
		}
	}
	b.log, b.floor = kept, b.version
}

// since returns what came after a version, up to a number of bytes or so, from
// which version that leads and to which. From 0 is everything. Anyone who is in
// the middle of everything continues if nothing has been thrown away since the
// floor at which it began.
func (b *journal) since(version, floor uint64, most int) (entries []entry, from, to uint64) {
	if version < b.floor && floor != b.floor || version > b.version {
		version = 0
	}
	from, to = version, b.version
	i := sort.Search(len(b.log), func(i int) bool { return b.log[i].at > version })
	for size := 0; i < len(b.log); i++ {
		e := b.log[i]
		if at, ok := b.live[e.key()]; !e.Gone && (!ok || at != i) || e.Gone && from == 0 {
			continue
		}
		if size += len(e.Name) + entryOverhead; size > most && len(entries) > 0 {
			return entries, from, b.log[i].at - 1
		}
		entries = append(entries, e)
	}
	return entries, from, to
}

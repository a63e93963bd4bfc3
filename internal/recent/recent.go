// Package recent has a map that keeps the newest of its entries.
package recent

// Map is a map of a bounded size, from which the oldest entries go. The zero Map is
// empty. It is not safe for concurrent use.
type Map[K comparable, V any] struct {
	entries map[K]V
	order   []K // a ring once it is full
	next    int // the oldest in the ring
}

// Add adds an entry whose key the map does not have. If it has limit entries, the
// oldest is removed. limit is the same in all calls.
func (m *Map[K, V]) Add(key K, value V, limit int) {
	if m.entries == nil {
		m.entries = map[K]V{}
	}
	if len(m.order) < limit {
		m.order = append(m.order, key)
	} else {
		delete(m.entries, m.order[m.next])
		m.order[m.next] = key
		m.next = (m.next + 1) % limit
	}
	m.entries[key] = value
}

// Get returns the value of a key, and whether the map has it.
func (m *Map[K, V]) Get(key K) (value V, ok bool) {
	value, ok = m.entries[key]
	return value, ok
}

package cluster

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// What other nodes and sessions can see happens in a fixed order, so that a run
// can be repeated. Where nothing can be seen of it, maps are gone through as they
// are.

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (c *Cluster) sortedPeers() []*peer {
	return slices.SortedFunc(maps.Values(c.peers), func(a, b *peer) int { return strings.Compare(a.name, b.name) })
}

func sortedEntries(m map[key]entry) []key {
	return slices.SortedFunc(maps.Keys(m), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.class, b.class), strings.Compare(a.name, b.name))
	})
}

package ikc

import (
	"cmp"
	"crypto/rand"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Where the order of a map would be visible, as the order of events, it is that
// of numbers or names, so that a recorded run can be replayed.

// inOrder lists connections in the order in which they were made.
func inOrder(channels map[*channel]struct{}) []*channel {
	list := make([]*channel, 0, len(channels))
	for ch := range channels {
		list = append(list, ch)
	}
	slices.SortFunc(list, func(a, b *channel) int { return cmp.Compare(a.number, b.number) })
	return list
}

// randomText is text that no other kernel has.
func randomText(k *kernel.Kernel) string {
	text, _ := kernel.Recorded(k, "random text", func() (string, error) { return rand.Text(), nil })
	return text
}

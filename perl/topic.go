//go:build linux

package perl

// Topic is $_ unless a loop, map or grep of the same sub has set it. SortA and
// SortB are $a and $b of SortBySub. FormatName is $~.
var (
	Topic        any
	SortA, SortB any
	FormatName   any = "STDOUT"
	topicPos     Pos
)

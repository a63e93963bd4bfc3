package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/filter"
)

func p307(p *port) {
	warn := func(err error) {
		var skipped *filter.SkippedError
		if !errors.As(err, &skipped) {
			p.Error(err)
			return
		}
		p.out("warning:", fmt.Sprintf("%d strange bytes removed from stream", skipped.N))
	}
	b := filter.NewBuffer(must(filter.NewBlock(filter.BlockConfig{Warn: warn})))
	get := func(parts ...string) string { return list(p.ok(b.Get(chunks(parts...)...))) }
	pending := func() string { return pendingList(b.Pending()) }

	wire := must(b.Put("hello", "", "a\x00b", strings.Repeat("x", 12)))
	p.out("put", list(wire))
	p.out("round trip", list(p.ok(b.Get(wire...))))
	all := string(slices.Concat(wire...))
	var got []any
	for i := range len(all) {
		got = append(got, p.ok(b.Get([]byte{all[i]}))...)
	}
	p.out("byte by byte", list(got), "pending", pending())
	p.out("in halves", get(all[:9]), "pending", pending())
	p.out("rest", get(all[9:]))
	p.out("partial length", get("1"), "pending", pending(), get("0\x00abcde"), "pending", pending())
	p.out("finish", get("fghij"))
	p.out("garbage", get("??\n3\x00abc"), "then", get(""))
	p.out("leading zeros", get("003\x00xyz"))

	limited := filter.BlockConfig{MaxLength: 5, MaxBuffer: 20}
	b = filter.NewBuffer(must(filter.NewBlock(limited)))
	p.out("max length ok", gotOrSaid(b, "5\x00abcde"))
	p.out("too long", gotOrSaid(b, "6\x00abcdef"))
	b = filter.NewBuffer(must(filter.NewBlock(limited)))
	p.out("buffer", gotOrSaid(b, strings.Repeat("1", 21)))
	_, err := filter.NewBlock(filter.BlockConfig{MaxLength: 10, MaxBuffer: 12})
	p.out("constructor", either(err == nil, "ok", filterSays(err)))
}

package conformance

import (
	"strings"

	"github.com/gopoe/poe/filter"
)

func p306(p *port) {
	block := func(cfg filter.BlockConfig) *filter.Buffer {
		return filter.NewBuffer(must(filter.NewBlock(cfg)))
	}
	b := block(filter.BlockConfig{BlockSize: 4})
	get := func(label string, parts ...string) {
		p.out(label, list(p.ok(b.Get(chunks(parts...)...))), "pending", pendingList(b.Pending()))
	}
	get("short", "abc")
	get("rest", "d")
	get("many", "efg", "hijkl", "mno")
	get("binary", "\x00\xff\n\r")
	p.out("put", list(must(b.Put("ab", "", "cdefg", "h"))))
	p.out("put nothing", list(must(b.Put())))
	p.out("size 1", list(p.ok(block(filter.BlockConfig{BlockSize: 1}).Get([]byte("xyz")))))
	if err := b.GetOneStart([]byte("....12345678")); err != nil {
		p.Fatal(err)
	}
	for range 5 {
		p.out("get_one", list(p.ok(b.GetOne())))
	}

	p.notInGo("new(BlockSize, 0) croak: POE::Filter::Block doesn't support zero or negative block sizes",
		"a BlockSize of 0 is one that is not set")
	tryNew := func(label string, cfg filter.BlockConfig) {
		f, err := filter.NewBlock(cfg)
		if err != nil {
			p.out(label, "croak: "+filterSays(err))
			return
		}
		p.out(label, "ok")
		b := filter.NewBuffer(f)
		p.out("buffer", gotOrSaid(b, strings.Repeat("x", 8)), gotOrSaid(b, strings.Repeat("x", 9)))
	}
	tryNew("new(BlockSize, -2)", filter.BlockConfig{BlockSize: -2})
	p.notInGo("new(BlockSize) croak: POE::Filter::Block must be given an even number of parameters",
		"a field without a value does not compile")
	tryNew("new(BlockSize, 2, MaxLength, 5)", filter.BlockConfig{BlockSize: 2, MaxLength: 5})
	tryNew("new(BlockSize, 2, LengthCodec, ref)", filter.BlockConfig{BlockSize: 2, LengthCodec: filter.LengthCodec{
		Encode: func(dst, block []byte) []byte { return dst },
		Decode: func([]byte) (int64, int, error) { return 0, 0, filter.ErrMore },
	}})
	tryNew("new(BlockSize, 2, MaxBuffer, 8)", filter.BlockConfig{BlockSize: 2, MaxBuffer: 8})
}

// gotOrSaid shows what a get of s yields, or in POE's words why it fails.
func gotOrSaid(b *filter.Buffer, s string) string {
	recs, err := b.Get([]byte(s))
	if err != nil {
		return list([]string{filterSays(err)})
	}
	return list(recs)
}

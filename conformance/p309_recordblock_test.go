package conformance

import "github.com/gopoe/poe/filter"

func p309(p *port) {
	recs := func(s string) (out []any) {
		for _, c := range s {
			out = append(out, string(c))
		}
		return out
	}
	nums := func(n ...any) any { return n }

	rb := must(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 3}))
	f := filter.NewRecords(rb)
	p.out("get 2", show(p.ok(f.Get(recs("ab")...))), "pending", showPending(f.Pending()))
	p.out("get 5", show(p.ok(f.Get(recs("cdefg")...))), "pending", showPending(f.Pending()))
	p.ok(nil, f.GetOneStart(recs("hijklmn")...))
	for range 4 {
		p.out("get_one", show(p.ok(f.GetOne())))
	}
	p.out("pending", showPending(f.Pending()))
	p.out("put", show(p.ok(f.Put(nums(1, 2, 3), nums(4), nums(), nums(5, 6)))), "put_pending", showPending(rb.PutPending()))

	rb = must(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 3, CheckPut: true}))
	f = filter.NewRecords(rb)
	put := func(label string, blocks ...any) {
		p.out(label, show(p.ok(f.Put(blocks...))), "put_pending", showPending(rb.PutPending()))
	}
	put("checked put", nums(1, 2))
	put("checked put", nums(3), nums(4, 5, 6, 7))
	p.out("blocksize", rb.BlockSize(), rb.SetBlockSize(2), rb.SetBlockSize(0), rb.BlockSize(), rb.SetBlockSize(-1))
	put("checked put", nums(8))
	put("put rest", nums(9))
	p.out("checkput", either(rb.CheckPut(), 1, 0), either(rb.SetCheckPut(false), 1, 0))
	put("unchecked put flushes", nums(10))
	p.out("get with new size", show(p.ok(f.Get(recs("pqr")...))), showPending(f.Pending()))

	tryNew := func(label string, size int) {
		_, err := filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: size})
		p.out(label, either(err == nil, "ok", "croak: "+filterSays(err)))
	}
	tryNew("new()", 0)
	tryNew("new(BlockSize, 0)", 0)
	tryNew("new(BlockSize, -1)", -1)
	p.notInGo("new(BlockSize) croak: POE::Filter::RecordBlock must be given an even number of parameters",
		"a field without a value does not compile")
}

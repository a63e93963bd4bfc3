package conformance

import "github.com/gopoe/poe/filter"

func p301(p *port) {
	feed := func(label string, parts ...string) {
		b := filter.NewBuffer(filter.Lines())
		p.out("--", label)
		for _, c := range parts {
			p.out("get", list([]string{c}), "->", list(p.ok(b.Get([]byte(c)))))
		}
		p.out("pending", pendingList(b.Pending()))
	}
	feed("plain", "one\ntwo\n", "three", "\nfour")
	feed("mixed endings", "lf\ncr\rcrlf\r\nlfcr\n\rlast\n")
	feed("empty lines", "\n\n", "\r\n\r\n", "\n\r\n\r", "\n\n\r\r")
	feed("CRLF split between chunks", "abc\r", "\ndef\r", "\n")
	feed("nothing", "", "")
	feed("several strings in one get are joined", "x")

	b := filter.NewBuffer(filter.Lines())
	p.out("joined", list(p.ok(b.Get(chunks("a", "b\nc", "", "d\n", "e")...))), "pending", pendingList(b.Pending()))
	p.out("pending does not consume", pendingList(b.Pending()), list(p.ok(b.Get([]byte("\n")))), pendingList(b.Pending()))
	p.out("put", list(must(b.Put("one", "", "with\nnewline", "ready\r\n"))))
	p.out("put nothing", list(must(b.Put())))
}

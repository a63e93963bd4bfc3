package conformance

import (
	"regexp"

	"github.com/gopoe/poe/filter"
)

func p303(p *port) {
	try := func(label string, cfg filter.LineConfig, parts ...string) {
		b := filter.NewBuffer(must(filter.NewLine(cfg)))
		p.out("--", label)
		for _, c := range parts {
			p.out("get", vis(c), "->", list(p.ok(b.Get([]byte(c)))))
		}
		p.out("pending", pendingList(b.Pending()), "put", list(must(b.Put("a", ""))))
	}
	try("Literal LF", filter.LineConfig{Literal: "\n"}, "one\r\ntwo\n\n")
	try("Literal with regexp characters", filter.LineConfig{Literal: ".*"}, "a.*b", ".", "*c**.*")
	try("InputLiteral only", filter.LineConfig{InputLiteral: "<END>"}, "one<END>two\n<EN", "D>three<END", "><end>")
	try("OutputLiteral only", filter.LineConfig{OutputLiteral: "!"}, "one\ntwo\r\n")
	try("both", filter.LineConfig{InputLiteral: "\x00", OutputLiteral: "\x00\x00"}, "a\x00b\x00\x00c")
	try("empty OutputLiteral", filter.LineConfig{NoOutputLiteral: true}, "x\n")
	try("InputRegexp", filter.LineConfig{InputRegexp: regexp.MustCompile(`\s*[;,]\s*`)}, "a ; b,c", " , ", "d;;")
	try("InputRegexp compiled", filter.LineConfig{InputRegexp: regexp.MustCompile(`-+`), OutputLiteral: "-"}, "a--b-", "-c")
	try("high bytes", filter.LineConfig{Literal: "\xff"}, "caf\xc3\xa9\xff\xfe\xff")
}

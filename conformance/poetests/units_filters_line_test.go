//go:build unix

package poetests_test

import (
	"regexp"
	"testing"

	"github.com/gopoe/poe/filter"
)

// t/10_units/05_filters/04_line. An odd list and a word for a number do not
// compile; an empty Literal is none here.
func TestUnitsFiltersLine(t *testing.T) {
	once(t, func(p *proof) {
		re := regexp.MustCompile("\r")
		for _, c := range []struct {
			config filter.LineConfig
			field  string
		}{
			{filter.LineConfig{Literal: "\n", InputRegexp: re}, "Literal"},
			{filter.LineConfig{Literal: "\n", InputLiteral: "\r"}, "Literal"},
			{filter.LineConfig{Literal: "\n", OutputLiteral: "\r"}, "Literal"},
			{filter.LineConfig{Literal: "\n", Autodetect: true}, "Literal"},
			{filter.LineConfig{InputLiteral: "\n", InputRegexp: re}, "Input"},
			{filter.LineConfig{MaxLength: 10, MaxBuffer: 5}, "Max"},
			{filter.LineConfig{MaxLength: -1}, "MaxLength"},
			{filter.LineConfig{MaxBuffer: -1}, "MaxBuffer"},
		} {
			f, err := filter.NewLine(c.config)
			p.refused(err, c.field)
			p.is().Nil(f)
		}
		p.lineEnds()
		p.detectedEnds()
		long := []byte("This line is going to be too long for our filter\n")
		_, err := filter.NewBuffer(made(filter.NewLine(filter.LineConfig{MaxLength: 10}))).Get(long)
		p.is().ErrorIs(err, filter.ErrLimit)
		p.is().ErrorContains(err, "MaxLength")
		_, err = filter.NewBuffer(made(filter.NewLine(filter.LineConfig{MaxLength: 5, MaxBuffer: 10}))).Get(long)
		p.is().ErrorIs(err, filter.ErrLimit)
		p.is().ErrorContains(err, "MaxBuffer")
	})
}

func (p *proof) lineEnds() {
	p.standard(p.bytes(made(filter.NewLine(filter.LineConfig{}))),
		[]string{"a\r", "b\n", "c\r\n", "d\n\r"}, words("a b c d"), []any{"a\r\n", "b\r\n", "c\r\n", "d\r\n"})
	p.standard(p.bytes(made(filter.NewLine(filter.LineConfig{Literal: "x"}))),
		[]string{"axa", "bxb", "cxc", "dxd"}, words("a ab bc cd"), words("ax abx bcx cdx"))
	for _, c := range []struct {
		config filter.LineConfig
		in     []string
		out    []any
	}{
		{filter.LineConfig{InputLiteral: "x", OutputLiteral: "y"}, []string{"axa", "bxb", "cxc", "dxd"}, words("ay aby bcy cdy")},
		{
			filter.LineConfig{InputRegexp: regexp.MustCompile("[xy]"), OutputLiteral: "!"},
			[]string{"axa", "byb", "cxc", "dyd"}, words("a! ab! bc! cd!"),
		},
	} {
		h := p.bytes(made(filter.NewLine(c.config)))
		lines := h.get(c.in...)
		p.is().Equal(words("a ab bc cd"), lines)
		p.is().Equal(c.out, h.put(lines...))
	}
}

// detectedEnds feeds streams whose first line says how lines end.
func (p *proof) detectedEnds() {
	for _, c := range []struct {
		in  []string
		out []any
	}{
		{[]string{"a\r", "\nb\r\n", "c\n\r", "\n"}, []any{"a!", "b!", "c\n!"}},
		{[]string{"a\n\r", "\rb\n\r", "c\r", "\n\r"}, []any{"a!", "\rb!", "c\r!"}},
		{[]string{"a\n", "b\r\n", "c\r", "\n"}, []any{"a!", "b\r!", "c\r!"}},
	} {
		h := p.bytes(made(filter.NewLine(filter.LineConfig{Autodetect: true, OutputLiteral: "!"})))
		var lines []any
		for _, chunk := range c.in {
			lines = append(lines, h.get(chunk)...)
		}
		p.is().Equal(c.out, h.put(lines...), "%q", c.in)
	}
}

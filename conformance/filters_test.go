package conformance

import (
	"errors"
	"strings"

	"github.com/gopoe/poe/filter"
)

// filterPrograms are the ports of the programs about filters.
var filterPrograms = map[string]func(*port){
	"301-filter-line-default":     p301,
	"303-filter-line-literals":    p303,
	"306-filter-block-fixed":      p306,
	"307-filter-block-length":     p307,
	"309-filter-recordblock":      p309,
	"311-filter-map":              p311,
	"313-filter-stackable-change": p313,
	"314-filter-reference":        p314,
	"321-filter-clone":            p321,
}

// must is for constructors of which the program expects no error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// chunks makes what a Buffer takes of strings.
func chunks(s ...string) [][]byte {
	out := make([][]byte, len(s))
	for i := range s {
		out[i] = []byte(s[i])
	}
	return out
}

// list shows records as the Perl programs show a list of strings.
func list[T any](recs []T) string {
	words := make([]string, len(recs))
	for i, r := range recs {
		words[i] = vis(r)
	}
	return "[" + strings.Join(words, " ") + "]"
}

// pendingList is list, where no list at all is undef.
func pendingList(recs []any) string {
	if recs == nil {
		return "undef"
	}
	return list(recs)
}

// show shows records, nested lists included, as text.
func show(v any) string {
	recs, nested := v.([]any)
	if !nested {
		return text(v)
	}
	words := make([]string, len(recs))
	for i, r := range recs {
		words[i] = show(r)
	}
	return "[" + strings.Join(words, " ") + "]"
}

// showPending is show, where no list at all is undef.
func showPending(recs []any) string {
	if recs == nil {
		return "undef"
	}
	return show(recs)
}

// ok gives the records of a call that the program expects to succeed.
func (p *port) ok(recs []any, err error) []any {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
	return recs
}

// filterSays is POE's wording of an error of package filter.
func filterSays(err error) string {
	var conf *filter.ConfigError
	if errors.As(err, &conf) {
		return configSays(conf)
	}
	var e *filter.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	var l filter.LimitError
	if limit := (*filter.LimitError)(nil); errors.As(err, &limit) {
		l = *limit
	}
	switch {
	case l.Limit == "MaxBuffer":
		return "Framing buffer exceeds the limit"
	case l.Limit == "MaxLength" && e.Filter == "Line":
		return "Next line exceeds maximum line length"
	case l.Limit == "MaxLength":
		return "Expected size of next block exceeds the limit"
	}
	return err.Error()
}

func configSays(e *filter.ConfigError) string {
	name, field, _ := strings.Cut(e.Field, "Config.")
	class := "POE::Filter::" + name
	switch {
	case name == "Block" && field == "BlockSize":
		return class + " doesn't support zero or negative block sizes"
	case name == "Block" && e.Err == filter.ErrConflict:
		return "Can't use both " + field + " and BlockSize at the same time"
	case name == "RecordBlock" && field == "BlockSize":
		return "BlockSize must be greater than 0"
	case name == "Stack parts":
		return "Filter element is not a POE::Filter instance!"
	case field == "MaxBuffer" && e.Err == filter.ErrTooSmall:
		return "MaxBuffer is not large enough for MaxLength blocks"
	case e.Err == filter.ErrMissing:
		return class + " requires a Code or both Get and Put parameters"
	}
	return e.Error()
}

//go:build linux

package compat

import (
	"errors"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

func osFile(f *perl.File) (*os.File, error) {
	fd, err := unix.FcntlInt(uintptr(f.Fd()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "handle"), nil
}

func allocateID() kernel.WheelID { return Kernel().Host().AllocateWheelID() }

// Filter is a POE filter. Programs use it through PerlCall.
type Filter struct {
	class   string
	f       filter.Filter
	buf     *filter.Buffer
	layer   filter.Layer
	records *filter.Records
}

// PerlClass returns the filter's class in POE.
func (f *Filter) PerlClass() string { return f.class }

var classesOf = map[reflect.Type]string{
	reflect.TypeFor[*filter.Line](): "POE::Filter::Line", reflect.TypeFor[*filter.Stream](): "POE::Filter::Stream", reflect.TypeFor[*filter.Block](): "POE::Filter::Block",
	reflect.TypeFor[*filter.Reference](): "POE::Filter::Reference", reflect.TypeFor[*filter.Stack](): "POE::Filter::Stackable", reflect.TypeFor[*httpd.Filter](): "POE::Filter::HTTPD",
	reflect.TypeFor[*filter.Grep](): "POE::Filter::Grep", reflect.TypeFor[*filter.Map](): "POE::Filter::Map", reflect.TypeFor[*filter.RecordBlock](): "POE::Filter::RecordBlock",
}

// wrapped are the filters of Perl by those of Go, so that one has one.
var wrapped = map[any]*Filter{}

func wrapFilter(v any) any {
	if p, isPerl := v.(*perlFilter); isPerl {
		return p.object
	}
	if f := wrapped[v]; f != nil {
		return f
	}
	f := &Filter{class: classesOf[reflect.TypeOf(v)]}
	switch v := v.(type) {
	case filter.Filter:
		f.f = v
		f.buf = filter.NewBuffer(v)
	case filter.Layer:
		f.layer = v
		f.records = filter.NewRecords(v)
	default:
		return nil
	}
	wrapped[v] = f
	return f
}

// part returns what a stack is made of.
func part(v any) any {
	if f, isFilter := v.(*Filter); isFilter {
		if f.layer != nil {
			return f.layer
		}
		return f.f
	}
	if v == nil {
		return nil
	}
	if perl.Class(v) != "" {
		return &perlFilter{object: v}
	}
	return nil
}

// filterOf returns the filter that an option gives: an object, a class, or a
// reference to a list of class and arguments; nil if there is none.
func filterOf(v any) filter.Filter {
	switch v := v.(type) {
	case nil:
		return nil
	case *Filter:
		if v.f != nil {
			return v.f
		}
		s, err := filter.NewStack(filter.NewStream(), v.layer)
		check(err)
		return s
	case string:
		return filterOf(perl.Call(v, "new"))
	case *perl.Array:
		if perl.Class(v) == "" {
			list := v.All()
			return filterOf(perl.Call(list[0], "new", list[1:]...))
		}
	}
	return &perlFilter{object: v}
}

// filterMaker returns a function that makes a filter for each connection.
func filterMaker(v any) func() filter.Filter {
	if v == nil {
		return nil
	}
	return func() filter.Filter {
		f := filterOf(v)
		if _, isObject := v.(*Filter); isObject {
			if c, can := f.(filter.Cloner); can {
				return c.Clone()
			}
		}
		if p, isPerl := f.(*perlFilter); isPerl {
			return &perlFilter{object: perl.Call(p.object, "clone")}
		}
		return f
	}
}

func check(err error) {
	if err != nil {
		perl.Die("%s", filterText(err))
	}
}

// filterText returns POE's text of an exceeded limit, or that of any other error.
func filterText(err error) string {
	var limit *filter.LimitError
	switch {
	case errors.As(err, &limit) && limit.Limit == "MaxLength":
		return "Expected size of next block exceeds the limit"
	case errors.As(err, &limit) && limit.Limit == "MaxBuffer":
		return "Framing buffer exceeds the limit"
	}
	return err.Error()
}

// perlFilter is a filter that the program itself has written.
type perlFilter struct{ object any }

// Decode gives the object all bytes and asks it for a record.
func (p *perlFilter) Decode(buf []byte) (any, int, error) {
	if len(buf) > 0 {
		perl.Do(p.object, "get_one_start", perl.NewArray(string(buf)))
	}
	list := perl.A(perl.Call(p.object, "get_one")).All()
	if len(list) == 0 {
		return nil, len(buf), filter.ErrMore
	}
	return list[0], len(buf), nil
}

// Append asks the object for the bytes of a record.
func (p *perlFilter) Append(dst []byte, rec any) ([]byte, error) {
	for _, chunk := range perl.A(perl.Call(p.object, "put", perl.NewArray(rec))).All() {
		dst = append(dst, perl.Str(chunk)...)
	}
	return dst, nil
}

// records makes what a program puts into records for a filter.
func records(f filter.Filter, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = outgoing(f, a)
	}
	return out
}

func outgoing(f any, a any) any {
	switch f := f.(type) {
	case *perlFilter, *filter.Reference:
		return a
	case *httpd.Filter:
		return response(a)
	case *filter.Stack:
		if parts := f.Filters(); len(parts) > 0 {
			if _, isFilter := parts[len(parts)-1].(filter.Filter); isFilter {
				return outgoing(parts[len(parts)-1], a)
			}
		}
		return a
	}
	if perl.RefType(a) == "" {
		return perl.Str(a)
	}
	if _, isList := a.(*perl.Array); isList {
		return a
	}
	return perl.Str(a)
}

// record makes a record of Go into one of Perl.
func record(v any) (any, bool) {
	switch v := v.(type) {
	case *http.Request:
		return request(v), true
	case *http.Response:
		return responseObject(v), true
	}
	return nil, false
}

func init() {
	for name, make := range map[string]func(c *perl.Hash) (any, error){
		"POE::Filter::Line": newLine, "POE::Filter::Block": newBlock, "POE::Filter::Reference": newReference, "POE::Filter::RecordBlock": newRecordBlock,
		"POE::Filter::Stream": func(*perl.Hash) (any, error) { return filter.NewStream(), nil },
		"POE::Filter::HTTPD":  newHTTPD,
		"POE::Filter::Grep":   newGrep, "POE::Filter::Map": newMap, "POE::Filter::Stackable": newStack,
	} {
		perl.Package(name, perl.Subs{"new": func(_ perl.Want, args ...any) []any {
			if name == "POE::Filter::Reference" && len(args) > 1 && (len(args) == 2 || perl.Str(args[1]) != "Serializer" && perl.Str(args[1]) != "Compression" && perl.Str(args[1]) != "NoFatals") {
				args = []any{args[0], "Serializer", args[1]}
			}
			verb := "requires"
			switch name {
			case "POE::Filter::Block", "POE::Filter::RecordBlock", "POE::Filter::Map", "POE::Filter::Grep", "POE::Filter::Stackable":
				verb = "must be given"
			}
			v, err := make(pairs(args, name+" "+verb+" an even number of parameters"))
			check(err)
			f := wrapFilter(v).(*Filter)
			f.class = name
			return perl.L(f)
		}})
		perl.Inherit(name, "POE::Filter")
	}
	perl.Package("POE::Filter", perl.Subs{
		"get": func(_ perl.Want, args ...any) []any {
			perl.Do(args[0], "get_one_start", args[1])
			out := perl.NewArray()
			for {
				recs := perl.A(perl.Call(args[0], "get_one")).All()
				if len(recs) == 0 {
					return perl.L(out)
				}
				out.Push(recs...)
			}
		},
		"new": func(_ perl.Want, args ...any) []any {
			perl.Die("POE::Filter is not meant to be used directly")
			return nil
		},
		"clone": func(_ perl.Want, args ...any) []any {
			return perl.L(perl.Bless(perl.Dclone(args[0]), perl.Class(args[0])))
		},
	})
}

func pattern(v any) (*regexp.Regexp, error) {
	if r, isRE := v.(*perl.Regexp); isRE {
		return r.Go()
	}
	return perl.RE(perl.Str(v), "").Go()
}

func newLine(c *perl.Hash) (any, error) {
	cfg := filter.LineConfig{Literal: text(c, "Literal"), InputLiteral: text(c, "InputLiteral"), OutputLiteral: text(c, "OutputLiteral"), MaxLength: perl.Int(c.Get("MaxLength")), MaxBuffer: perl.Int(c.Get("MaxBuffer"))}
	if c.Exists("InputLiteral") && c.Get("InputLiteral") == nil {
		cfg.Autodetect = true
	}
	if c.Exists("OutputLiteral") && text(c, "OutputLiteral") == "" {
		cfg.NoOutputLiteral = true
	}
	if v := c.Get("InputRegexp"); v != nil {
		re, err := pattern(v)
		if err != nil {
			return nil, err
		}
		cfg.InputRegexp = re
	}
	return filter.NewLine(cfg)
}

func newBlock(c *perl.Hash) (any, error) {
	checkBlock(c)
	strange := func(err error) {
		if skipped := (*filter.SkippedError)(nil); errors.As(err, &skipped) {
			perl.WarnHere("%d strange bytes removed from stream", skipped.N)
		}
	}
	cfg := filter.BlockConfig{Warn: strange, BlockSize: perl.Int(c.Get("BlockSize")), MaxLength: perl.Int(c.Get("MaxLength")), MaxBuffer: perl.Int(c.Get("MaxBuffer"))}
	if v := c.Get("LengthCodec"); v != nil {
		codec := perl.A(v)
		encode, decode := codec.Get(0), codec.Get(1)
		cfg.LengthCodec = filter.LengthCodec{
			Encode: func(dst, block []byte) []byte {
				var s any = string(block)
				perl.ApplyVoid(encode, perl.RefTo(&s))
				return append(dst, perl.Str(s)...)
			},
			Decode: func(buf []byte) (int64, int, error) {
				var s any = string(buf)
				n := perl.Apply(decode, perl.RefTo(&s))
				if n == nil {
					return 0, 0, filter.ErrMore
				}
				return int64(perl.Int(n)), len(buf) - len(perl.Str(s)), nil
			},
		}
	}
	return filter.NewBlock(cfg)
}

// serializer keeps structures of Perl.
type serializer struct{ object any }

func (s serializer) Freeze(rec any) ([]byte, error) {
	if s.object != nil {
		return []byte(perl.Str(perl.Call(s.object, perl.Str(perl.If(perl.Can(s.object, "nfreeze") != nil, "nfreeze", "freeze")), rec))), nil
	}
	return []byte(perl.Freeze(rec)), nil
}

func (s serializer) Thaw(data []byte) (v any, err error) {
	if s.object != nil {
		return perl.Call(s.object, "thaw", string(data)), nil
	}
	if !perl.Try(func() { v = perl.Thaw(string(data)) }) {
		return nil, filter.ErrLimit
	}
	return v, nil
}

func newReference(c *perl.Hash) (any, error) {
	s := serializer{}
	if v := c.Get("Serializer"); v != nil && perl.Can(v, "thaw") != nil {
		s.object = v
	}
	return filter.NewReference(filter.ReferenceConfig{Serializer: s, Compression: perl.True(c.Get("Compression")), NoFatals: perl.True(c.Get("NoFatals")), MaxBuffer: perl.Int(c.Get("MaxBuffer"))})
}

func newRecordBlock(c *perl.Hash) (any, error) {
	checkRecordBlock(c)
	return filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: perl.Int(c.Get("BlockSize")), CheckPut: perl.True(c.Get("CheckPut"))})
}

func grepFunc(v any) func(any) bool {
	if v == nil {
		return nil
	}
	return func(rec any) bool {
		old := perl.Topic
		perl.Topic = rec
		defer func() { perl.Topic = old }()
		return perl.True(perl.Apply(v, value(rec)))
	}
}

func mapFunc(v any) func(any) []any {
	if v == nil {
		return nil
	}
	return func(rec any) []any {
		old := perl.Topic
		perl.Topic = rec
		defer func() { perl.Topic = old }()
		return perl.ApplyList(v, value(rec))
	}
}

func newHTTPD(c *perl.Hash) (any, error) {
	content, buffer := bufferFor(c, "MaxContent", 1<<20, "MaxBuffer is not large enough for MaxContent")
	ignored(c, "POE::Filter::HTTPD ignores unknown parameters: ", "MaxContent", "MaxBuffer", "Streaming")
	return httpd.New(httpd.Config{Quirks: true, MaxContent: content, MaxBuffer: buffer, Streaming: perl.True(c.Get("Streaming"))})
}

func newGrep(c *perl.Hash) (any, error) {
	checkCode(c, "POE::Filter::Grep")
	return filter.NewGrep(filter.GrepConfig{Code: grepFunc(c.Get("Code")), Get: grepFunc(c.Get("Get")), Put: grepFunc(c.Get("Put"))})
}

func newMap(c *perl.Hash) (any, error) {
	checkCode(c, "POE::Filter::Map")
	return filter.NewMap(filter.MapConfig{Code: mapFunc(c.Get("Code")), Get: mapFunc(c.Get("Get")), Put: mapFunc(c.Get("Put"))})
}

func newStack(c *perl.Hash) (any, error) {
	var parts []any
	if v := c.Get("Filters"); v != nil {
		needKind(c, "Filters", "ARRAY", "Filters is not an ARRAY reference!")
		for _, f := range perl.A(v).All() {
			parts = append(parts, part(f))
		}
	}
	return filter.NewStack(parts...)
}

func list(recs []any, err error) []any {
	check(err)
	return perl.L(perl.Copy(values(recs)))
}

func chunks(v any) [][]byte {
	var out [][]byte
	for _, c := range perl.A(v).All() {
		out = append(out, []byte(perl.Str(c)))
	}
	return out
}

// PerlCall calls a method by name and reports whether there is one.
func (f *Filter) PerlCall(method string, w perl.Want, args []any) ([]any, bool) {
	if f.records != nil {
		return f.layerCall(method, args)
	}
	switch method {
	case "get":
		return list(f.buf.Get(chunks(args[0])...)), true
	case "get_one_start":
		check(f.buf.GetOneStart(chunks(args[0])...))
		return nil, true
	case "get_one":
		return list(f.buf.GetOne()), true
	case "put":
		if _, isReference := f.f.(*filter.Reference); isReference {
			for _, v := range perl.A(args[0]).All() {
				if perl.RefType(v) == "" {
					perl.Die("Choking on a non-reference (%s)", perl.Str(v))
				}
			}
		}
		out, err := f.buf.Put(records(f.f, perl.A(args[0]).All())...)
		check(err)
		a := perl.NewArray()
		for _, c := range out {
			a.Push(string(c))
		}
		return perl.L(a), true
	case "get_pending":
		p := f.buf.Pending()
		if len(p) == 0 {
			if _, isStack := f.f.(*filter.Stack); isStack {
				return perl.L(perl.NewArray()), true
			}
			return perl.L(nil), true
		}
		return perl.L(perl.Copy(values(p))), true
	case "clone":
		b, err := f.buf.Clone()
		check(err)
		return perl.L(wrapFilter(b.Filter())), true
	}
	if s, isStack := f.f.(*filter.Stack); isStack {
		return stackCall(s, method, w, args)
	}
	return nil, false
}

func stackCall(s *filter.Stack, method string, w perl.Want, args []any) ([]any, bool) {
	parts := func() []any {
		var out []any
		for _, a := range args {
			p := part(a)
			if p == nil {
				perl.Die("Filter element is not a POE::Filter instance!")
			}
			out = append(out, p)
		}
		return out
	}
	switch method {
	case "push":
		check(s.Push(parts()...))
		return perl.L(len(s.Filters())), true
	case "unshift":
		check(s.Unshift(parts()...))
		return perl.L(len(s.Filters())), true
	case "pop":
		return perl.L(wrapFilter(s.Pop())), true
	case "shift":
		p, err := s.Shift()
		check(err)
		return perl.L(wrapFilter(p)), true
	case "filters", "filter_types":
		var out []any
		for _, p := range s.Filters() {
			f := wrapFilter(p)
			if method == "filter_types" {
				f = perl.Class(f)
			}
			out = append(out, f)
		}
		if w != perl.List { // they return arrays, whose scalar value is a count
			return perl.L(len(out)), true
		}
		return out, true
	}
	return nil, false
}

func (f *Filter) layerCall(method string, args []any) ([]any, bool) {
	switch method {
	case "get":
		return list(f.records.Get(perl.A(args[0]).All()...)), true
	case "get_one_start":
		check(f.records.GetOneStart(perl.A(args[0]).All()...))
		return nil, true
	case "get_one":
		return list(f.records.GetOne()), true
	case "put":
		recs := append([]any(nil), perl.A(args[0]).All()...)
		if _, isBlock := f.layer.(*filter.RecordBlock); isBlock {
			for i, r := range recs {
				if a, isList := r.(*perl.Array); isList {
					recs[i] = append([]any(nil), a.All()...)
				}
			}
		}
		return list(f.records.Put(recs...)), true
	case "get_pending":
		p := f.records.Pending()
		if len(p) == 0 {
			return perl.L(nil), true
		}
		return perl.L(perl.Copy(values(p))), true
	case "clone":
		c, can := f.layer.(filter.LayerCloner)
		if !can {
			return nil, false
		}
		w := wrapFilter(c.CloneLayer()).(*Filter)
		w.class = f.class
		return perl.L(w), true
	case "modify":
		c := perl.NewHash()
		for i := 0; i+1 < len(args); i += 2 {
			if !isCode(args[i+1]) {
				perl.WarnHere("Modify %s element must be given a coderef", perl.Str(args[i]))
				continue
			}
			name := strings.ToLower(perl.Str(args[i]))
			if name != "" {
				c.Set(strings.ToUpper(name[:1])+name[1:], args[i+1])
			}
		}
		switch l := f.layer.(type) {
		case *filter.Grep:
			l.Modify(filter.GrepConfig{Code: grepFunc(c.Get("Code")), Get: grepFunc(c.Get("Get")), Put: grepFunc(c.Get("Put"))})
		case *filter.Map:
			l.Modify(filter.MapConfig{Code: mapFunc(c.Get("Code")), Get: mapFunc(c.Get("Get")), Put: mapFunc(c.Get("Put"))})
		}
		return nil, true
	}
	if b, isBlock := f.layer.(*filter.RecordBlock); isBlock {
		switch method {
		case "blocksize":
			if len(args) > 0 {
				return perl.L(b.SetBlockSize(perl.Int(args[0]))), true
			}
			return perl.L(b.BlockSize()), true
		case "checkput":
			if len(args) > 0 {
				return perl.L(perl.If(b.SetCheckPut(perl.True(args[0])), 1, 0)), true
			}
			return perl.L(perl.If(b.CheckPut(), 1, 0)), true
		case "put_pending":
			p := b.PutPending()
			if len(p) == 0 {
				return perl.L(nil), true
			}
			return perl.L(perl.Copy(p)), true
		}
	}
	return nil, false
}

//go:build linux

package compat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// asPerl is an oracle.Case, whose fields its literals need not name here.
type asPerl struct {
	Expr, Args string
	Fn         func(a []any) any
}

func str(v any) string { return perl.Str(v) }

// TestKernelAsPOE calls the methods of the kernel in the _start of a session, here and
// in real POE.
func TestKernelAsPOE(t *testing.T) {
	var e *compat.Event
	k := func(method string, args ...any) any { return perl.Call(e.Kernel, method, args...) }
	list := func(method string, args ...any) any { return perl.CallList(e.Kernel, method, args...) }
	ok := func(v any) any { return perl.If(perl.True(v), 1, 0) }
	setup := oracle.Setup{
		Prelude: "use POE; my ($k, $s, $h);\nPOE::Session->create(heap => {own => 1}, inline_states => { _start => sub { ($k, $s, $h) = @_[KERNEL, SESSION, HEAP];\n",
		After: `}, add => sub { my @l = @_[ARG0 .. $#_]; return wantarray ? (@l, 'list') : "scalar @l" }, never => sub { print "never\n" }, _default => sub { 'default' },
			later => sub { } }, object_states => [ bless({}, 'Own') => ['method'] ]); POE::Kernel->run; package Own; sub method { "method of " . ref($_[0]) . " with $_[10]" }`,
		Around: func(run func()) {
			object := perl.Bless(perl.NewHash(), "Own")
			perl.Package("Own", perl.Subs{"method": compat.Handler(func(e *compat.Event) {
				e.Return("method of " + perl.RefType(e.Object) + " with " + e.Text(0))
			}).Fn})
			perl.Call("POE::Session", "create", "heap", perl.NewHash("own", 1), "object_states", perl.NewArray(object, perl.NewArray("method")), "inline_states", perl.NewHash(
				"_start", compat.Handler(func(ev *compat.Event) {
					e = ev
					run()
				}),
				"add", compat.Handler(func(e *compat.Event) {
					e.Return(e.InContext(func() []any { return append(append([]any(nil), e.Args...), "list") }, func() any { return "scalar " + perl.Join(" ", e.Args...) })...)
				}),
				"never", compat.Handler(func(*compat.Event) { t.Error("never") }),
				"_default", compat.Handler(func(e *compat.Event) { e.Return("default") }),
				"later", compat.Handler(func(*compat.Event) {}),
			))
			compat.RunKernel()
		},
	}
	oracle.Compare(t, setup, []asPerl{
		{`(ref $k, ref $s, ref $h, $k->get_active_session == $s ? 1 : 0, $k->get_active_event, $s->ID > 0 ? 1 : 0, $k->ID eq $POE::Kernel::poe_kernel->ID ? 1 : 0)`, "", func([]any) any {
			return []any{perl.RefType(e.Kernel), perl.RefType(e.This()), perl.RefType(e.Heap()), ok(perl.Same(k("get_active_session"), e.This())), k("get_active_event"), ok(perl.Num(perl.Call(e.This(), "ID")) > 0), ok(perl.StrEq(k("ID"), perl.Call(compat.Kernel(), "ID")))}
		}},
		{`($k->alias_set('one'), $k->alias_set('two'), $k->alias_set('one'), join(',', sort $k->alias_list), $k->alias_resolve('two') == $s ? 1 : 0, $k->alias_remove('two'), $k->alias_remove('two') ? 1 : 0, $k->alias_list)`, "", func([]any) any {
			return append([]any{k("alias_set", "one"), k("alias_set", "two"), k("alias_set", "one"), perl.Join(",", perl.Sort(list("alias_list").([]any))...), ok(perl.Same(k("alias_resolve", "two"), e.This())), k("alias_remove", "two"), ok(k("alias_remove", "two"))}, list("alias_list").([]any)...)
		}},
		{`$k->alias_resolve('nobody')`, "", func([]any) any { return list("alias_resolve", "nobody") }},
		{`($k->ID_session_to_id($s) == $s->ID ? 1 : 0, $k->ID_id_to_session($s->ID) == $s ? 1 : 0, scalar $k->ID_id_to_session(4711), $! + 0)`, "", func([]any) any {
			return []any{ok(perl.Eq(k("ID_session_to_id", e.This()), perl.Call(e.This(), "ID"))), ok(perl.Same(k("ID_id_to_session", perl.Call(e.This(), "ID")), e.This())), k("ID_id_to_session", 4711), perl.Add(perl.OSError(), 0)}
		}},
		{`$k->call($s, add => 1, 2)`, "", func([]any) any { return list("call", e.This(), "add", 1, 2) }},
		{`scalar $k->call($s, add => 1, 2)`, "", func([]any) any { return k("call", e.This(), "add", 1, 2) }},
		{`scalar $k->call(one => 'unknown')`, "", func([]any) any { return k("call", "one", "unknown") }},
		{`scalar $k->call($s->ID, 'method', 'x')`, "", func([]any) any { return k("call", perl.Call(e.This(), "ID"), "method", "x") }},
		{`my @l = $k->call(nobody => 'add'); (scalar @l, $! + 0)`, "", func([]any) any {
			l := list("call", "nobody", "add").([]any)
			return []any{len(l), perl.Add(perl.OSError(), 0)}
		}},
		{`(scalar $k->post(nobody => 'add') ? 1 : 0, $! + 0, $k->post($s, 'later') ? 1 : 0)`, "", func([]any) any {
			return []any{ok(k("post", "nobody", "add")), perl.Add(perl.OSError(), 0), ok(k("post", e.This(), "later"))}
		}},
		{`(scalar $k->delay_set(undef, 1), $! + 0, scalar $k->alarm_set('never'), $! + 0, scalar $k->alarm_adjust(99999, 1), $! + 0, do { $! = 0; scalar $k->delay_adjust(99999, 1) }, $! + 0, scalar $k->alarm_adjust(undef, 1), $! + 0)`, "", func([]any) any {
			out := []any{k("delay_set", nil, 1), perl.Add(perl.OSError(), 0), k("alarm_set", "never"), perl.Add(perl.OSError(), 0), k("alarm_adjust", 99999, 1), perl.Add(perl.OSError(), 0)}
			perl.SetOSError(0)
			return append(out, k("delay_adjust", 99999, 1), perl.Add(perl.OSError(), 0), k("alarm_adjust", nil, 1), perl.Add(perl.OSError(), 0))
		}},
		{`my $id = $k->delay_set(never => 100, 'x', 'y'); my $at = $k->delay_adjust($id, 200); my @r = $k->alarm_remove($id); ($id > 0 ? 1 : 0, $at > time + 100 ? 1 : 0, $r[0], @{$r[2]}, scalar $k->alarm_remove($id), $! + 0)`, "", func([]any) any {
			id := k("delay_set", "never", 100, "x", "y")
			at := k("delay_adjust", id, 200)
			r := list("alarm_remove", id).([]any)
			out := append([]any{ok(perl.Num(id) > 0), ok(perl.Num(at) > float64(perl.Time()+100)), r[0]}, perl.A(r[2]).All()...)
			return append(out, k("alarm_remove", id), perl.Add(perl.OSError(), 0))
		}},
		{`my $id = $k->alarm_set(never => time + 50); my $at = $k->alarm_adjust($id, 5); my $r = $k->alarm_remove($id); (int($at - time + 0.5) > 50 ? 1 : 0, ref $r, $r->[0])`, "", func([]any) any {
			id := k("alarm_set", "never", perl.Time()+50)
			at := k("alarm_adjust", id, 5)
			r := k("alarm_remove", id)
			return []any{ok(perl.Num(at)-float64(perl.Time())+0.5 > 51), perl.RefType(r), perl.A(r).Get(0)}
		}},
		{`($k->delay(never => 100), $k->delay_add(never => 100), $k->alarm(never2 => time + 100), $k->alarm_add(never2 => time + 100), $k->delay('never'), $k->alarm('never2'), $k->delay_add('never'), $k->alarm_add('never2'))`, "", func([]any) any {
			return []any{k("delay", "never", 100), k("delay_add", "never", 100), k("alarm", "never2", perl.Time()+100), k("alarm_add", "never2", perl.Time()+100), k("delay", "never"), k("alarm", "never2"), k("delay_add", "never"), k("alarm_add", "never2")}
		}},
		{`$k->delay_set(never => 100, 7); $k->alarm_set(never => time + 100); my @r = $k->alarm_remove_all; (scalar @r, map { ($_->[0], $_->[2] // 'none') } sort { @$b <=> @$a } @r)`, "", func([]any) any {
			k("delay_set", "never", 100, 7)
			k("alarm_set", "never", perl.Time()+100)
			r := perl.SortBy(list("alarm_remove_all").([]any), func(a, b any) int { return perl.A(b).Len() - perl.A(a).Len() })
			return append([]any{len(r)}, perl.Map(r, func(it any) []any { return []any{perl.A(it).Get(0), perl.Default(perl.A(it).Get(2), "none")} })...)
		}},
		{`($k->refcount_increment($s->ID, 'tag'), $k->refcount_increment($s->ID, 'tag'), $k->refcount_decrement($s->ID, 'tag'), $k->refcount_decrement($s->ID, 'tag'), scalar $k->refcount_increment(4711, 'tag'), $! + 0)`, "", func([]any) any {
			id := perl.Call(e.This(), "ID")
			return []any{k("refcount_increment", id, "tag"), k("refcount_increment", id, "tag"), k("refcount_decrement", id, "tag"), k("refcount_decrement", id, "tag"), k("refcount_increment", 4711, "tag"), perl.Add(perl.OSError(), 0)}
		}},
		{`$k->state(new => sub { 'new' }); my $r = $k->call($s, 'new'); $k->state('new'); ($r, scalar $k->call($s, 'new'))`, "", func([]any) any {
			k("state", "new", compat.Handler(func(e *compat.Event) { e.Return("new") }))
			r := k("call", e.This(), "new")
			k("state", "new")
			return []any{r, k("call", e.This(), "new")}
		}},
		{`$k->state('named', bless({}, 'Own'), 'method'); scalar $k->call($s, named => 5)`, "", func([]any) any {
			k("state", "named", perl.Bless(perl.NewHash(), "Own"), "method")
			return k("call", e.This(), "named", 5)
		}},
		{`$k->state('named', 'Own', 'lacking')`, "", func([]any) any { return k("state", "named", "Own", "lacking") }},
		{`(scalar $k->detach_child($s), $! + 0, $k->detach_myself ? 1 : 0)`, "", func([]any) any {
			return []any{k("detach_child", e.This()), perl.Add(perl.OSError(), 0), ok(k("detach_myself"))}
		}},
		{`pipe my $r, my $w; my @l = ($k->select_read($r, 'never', 1), $k->select_pause_read($r), $k->select_resume_read($r), $k->select_pause_write($w)); $k->select($r); $k->select_read($r); map { $_ // 'undef' } @l`, "", func([]any) any {
			var r, w any
			perl.Pipe(&r, &w)
			l := []any{k("select_read", r, "never", 1), k("select_pause_read", r), k("select_resume_read", r), k("select_pause_write", w)}
			k("select", r)
			compat.SelectRead(r, "never")
			compat.SelectRead(r)
			compat.SelectWrite(w)
			return perl.Map1(l, func(it any) any { return perl.Default(it, "undef") })
		}},
		{`$k->select_read(undef, 'x')`, "", func([]any) any { return k("select_read", nil, "x") }},
		{`($s->get_heap->{own}, $s->option('trace'), $s->option(trace => 0), $s->option('trace'))`, "", func([]any) any {
			s := e.This()
			return []any{perl.H(perl.Call(s, "get_heap")).Get("own"), perl.Call(s, "option", "trace"), perl.Call(s, "option", "trace", 0), perl.Call(s, "option", "trace")}
		}},
		{`my $c = $s->callback('add', 1); my @l = $c->(2); my $v = $c->(3); (map({ ref || $_ } @l), ref $c)`, "", func([]any) any {
			c := perl.Call(e.This(), "callback", "add", 1)
			defer c.(*compat.Postback).Destroy()
			l := perl.ApplyList(c, 2)
			perl.Apply(c, 3)
			return append(perl.Map1(l, func(it any) any { return perl.Default(perl.If(perl.RefType(it) != "", any(perl.RefType(it)), nil), it) }), perl.RefType(c))
		}},
		{`my $p = $s->postback('later', 1); my $r = $p->(2); (ref $p, $r)`, "", func([]any) any {
			p := perl.Call(e.This(), "postback", "later", 1)
			r := perl.Apply(p, 2)
			p.(*compat.Postback).Destroy()
			return []any{perl.RefType(p), r}
		}},
		{`(POE::Kernel->alias_resolve('one') == $s ? 1 : 0, POE::Kernel->new == $k ? 1 : 0, $k->get_event_count > 0 ? 1 : 0, defined $k->get_next_event_time ? 1 : 0)`, "", func([]any) any {
			return []any{ok(perl.Same(perl.Call("POE::Kernel", "alias_resolve", "one"), e.This())), ok(perl.Same(perl.Call("POE::Kernel", "new"), e.Kernel)), ok(perl.Num(k("get_event_count")) > 0), ok(k("get_next_event_time") != nil)}
		}},
		{`eval { $k->frobnicate }; $@ =~ /Can't locate object method "frobnicate"/ ? 1 : 0`, "", func([]any) any {
			perl.Try(func() { k("frobnicate") })
			return ok(perl.RE(`Can't locate object method "frobnicate"`, "").Match(str(perl.EvalError)))
		}},
	})
}

// TestFiltersAsPOE gives filters random data, here and in real POE.
func TestFiltersAsPOE(t *testing.T) {
	get := func(f any, chunks ...any) any {
		out := perl.Call(f, "get", perl.NewArray(chunks...))
		return append(perl.L(out), perl.Default(perl.Call(f, "get_pending"), "none"))
	}
	prelude := "use POE qw(Wheel Filter::Line Filter::Stream Filter::Block Filter::Grep Filter::Map Filter::Stackable Filter::RecordBlock Filter::Reference Filter::HTTPD);\n" +
		"sub g { my ($f, @c) = @_; ($f->get([@c]), $f->get_pending // 'none') }\n"
	type made = func(args ...any) any
	filter := func(class string) made {
		return func(args ...any) any { return perl.Call("POE::Filter::"+class, "new", args...) }
	}
	line, block, stack := filter("Line"), filter("Block"), filter("Stackable")
	oracle.Compare(t, oracle.Setup{Seed: 91, Runs: 25, Prelude: prelude}, []asPerl{
		{`g(POE::Filter::Line->new, "$_[0]\n$_[1]", "x\r\n$_[2]")`, "sss", func(a []any) any { return get(line(), str(a[0])+"\n"+str(a[1]), "x\r\n"+str(a[2])) }},
		{`g(POE::Filter::Line->new(Literal => 'a'), @_)`, "sss", func(a []any) any { return get(line("Literal", "a"), str(a[0]), str(a[1]), str(a[2])) }},
		{`g(POE::Filter::Line->new(InputRegexp => '[ab]'), @_)`, "sss", func(a []any) any { return get(line("InputRegexp", "[ab]"), str(a[0]), str(a[1]), str(a[2])) }},
		{`g(POE::Filter::Line->new(InputLiteral => undef), "$_[0]\r\n$_[1]\r\n", 'x', "\r\n")`, "ww", func(a []any) any {
			return get(line("InputLiteral", nil), str(a[0])+"\r\n"+str(a[1])+"\r\n", "x", "\r\n")
		}},
		{`(POE::Filter::Line->new(OutputLiteral => '!')->put([@_]), POE::Filter::Line->new->put([@_]))`, "ss", func(a []any) any {
			return []any{perl.Call(line("OutputLiteral", "!"), "put", perl.NewArray(a...)), perl.Call(line(), "put", perl.NewArray(a...))}
		}},
		{`g(POE::Filter::Stream->new, @_)`, "ss", func(a []any) any { return get(filter("Stream")(), a...) }},
		{`POE::Filter::Stream->new->put([@_])`, "ss", func(a []any) any { return perl.Call(filter("Stream")(), "put", perl.NewArray(a...)) }},
		{`g(POE::Filter::Block->new(BlockSize => 3), @_)`, "ss", func(a []any) any { return get(block("BlockSize", 3), a...) }},
		{`g(POE::Filter::Block->new, "3\0$_[0]4", "\0$_[1]")`, "ss", func(a []any) any { return get(block(), "3\x00"+str(a[0])+"4", "\x00"+str(a[1])) }},
		{`POE::Filter::Block->new->put([@_])`, "ss", func(a []any) any { return perl.Call(block(), "put", perl.NewArray(a...)) }},
		{`my $f = POE::Filter::Line->new; $f->get_one_start(["$_[0]\nb\n"]); my @l = map { $f->get_one } 1 .. 2; my $c = $f->clone; (@l, $c->get(["z\n"]))`, "w", func(a []any) any {
			f := line()
			perl.Call(f, "get_one_start", perl.NewArray(str(a[0])+"\nb\n"))
			l := []any{perl.Call(f, "get_one"), perl.Call(f, "get_one")}
			return append(l, perl.Call(perl.Call(f, "clone"), "get", perl.NewArray("z\n")))
		}},
		{`POE::Filter::Stackable->new(Filters => [POE::Filter::Line->new, POE::Filter::Grep->new(Code => sub { /a/ }), POE::Filter::Map->new(Code => sub { "<$_>" })])->get(["$_[0]\n$_[1]\n$_[2]\n"])`, "sss", func(a []any) any {
			f := stack("Filters", perl.NewArray(line(),
				filter("Grep")("Code", perl.NewCode("", func(perl.Want, ...any) []any { return perl.L(perl.RE("a", "").Match(str(perl.Topic))) })),
				filter("Map")("Code", perl.NewCode("", func(perl.Want, ...any) []any { return perl.L("<" + str(perl.Topic) + ">") }))))
			return perl.Call(f, "get", perl.NewArray(str(a[0])+"\n"+str(a[1])+"\n"+str(a[2])+"\n"))
		}},
		{`my $f = POE::Filter::Stackable->new; $f->push(POE::Filter::Line->new); $f->unshift(POE::Filter::Stream->new); my @t = $f->filter_types; (@t, scalar($f->filters), ref $f->pop, ref $f->shift)`, "", func([]any) any {
			f := stack()
			perl.Call(f, "push", line())
			perl.Call(f, "unshift", filter("Stream")())
			types := perl.CallList(f, "filter_types")
			return append(types, perl.Call(f, "filters"), perl.RefType(perl.Call(f, "pop")), perl.RefType(perl.Call(f, "shift")))
		}},
		{`my $f = POE::Filter::RecordBlock->new(BlockSize => 2); ($f->get([1, 2, 3]), $f->put([[1, 2], [3]]), $f->get_pending)`, "", func([]any) any {
			f := filter("RecordBlock")("BlockSize", 2)
			return []any{perl.Call(f, "get", perl.NewArray(1, 2, 3)), perl.Call(f, "put", perl.NewArray(perl.NewArray(1, 2), perl.NewArray(3))), perl.Call(f, "get_pending")}
		}},
		{`my $f = POE::Filter::Reference->new; $f->get($f->put([{a => $_[0], b => [$_[1]]}]))`, "vv", func(a []any) any {
			f := filter("Reference")()
			return perl.Call(f, "get", perl.Call(f, "put", perl.NewArray(perl.NewHash("a", a[0], "b", perl.NewArray(a[1])))))
		}},
		{`POE::Filter::Reference->new->put(['text'])`, "", func([]any) any { return perl.Call(filter("Reference")(), "put", perl.NewArray("text")) }},
		{`my $r = POE::Filter::HTTPD->new->get(["GET /p?q=$_[0] HTTP/1.0\r\nHost: h\r\nX-A: 1\r\n\r\n"])->[0]; (ref $r, $r->method, $r->uri->path, $r->uri->query, $r->header('X-A'), $r->header('Host'), $r->content)`, "w", func(a []any) any {
			r := perl.A(perl.Call(filter("HTTPD")(), "get", perl.NewArray("GET /p?q="+str(a[0])+" HTTP/1.0\r\nHost: h\r\nX-A: 1\r\n\r\n"))).Get(0)
			uri := perl.Call(r, "uri")
			return []any{perl.RefType(r), perl.Call(r, "method"), perl.Call(uri, "path"), perl.Call(uri, "query"), perl.Call(r, "header", "X-A"), perl.Call(r, "header", "Host"), perl.Call(r, "content")}
		}},
		{`POE::Filter::Line->new(1)`, "", func([]any) any { return line(1) }},
		{`POE::Filter::Block->new(BlockSize => 0)`, "", func([]any) any { return block("BlockSize", 0) }},
		{`POE::Filter::Block->new(BlockSize => 3, LengthCodec => [])`, "", func([]any) any { return block("BlockSize", 3, "LengthCodec", perl.NewArray()) }},
		{`POE::Filter::Grep->new(Code => 3)`, "", func([]any) any { return filter("Grep")("Code", 3) }},
		{`POE::Filter::Map->new()`, "", func([]any) any { return filter("Map")() }},
		{`POE::Filter::RecordBlock->new(BlockSize => -1)`, "", func([]any) any { return filter("RecordBlock")("BlockSize", -1) }},
		{`POE::Filter->new`, "", func([]any) any { return perl.Call("POE::Filter", "new") }},
		{`POE::Wheel->new`, "", func([]any) any { return perl.Call("POE::Wheel", "new") }},
	})
	require.NotNil(t, line())
}

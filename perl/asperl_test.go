//go:build linux

package perl_test

import "github.com/gopoe/poe/perl"

// asPerl is an oracle.Case, whose fields its literals need not name here.
type asPerl struct {
	Expr, Args string
	Fn         func(a []any) any
}

func str(v any) string { return perl.Str(v) }
func num(v any) int    { return perl.Int(v) }
func lst(v any) []any  { return append([]any(nil), v.([]any)...) }
func two(a, b any) any { return []any{a, b} }
func yes(b bool) any   { return perl.If(b, 1, 0) }

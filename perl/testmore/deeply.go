//go:build linux

package testmore

import (
	"fmt"

	"github.com/gopoe/poe/perl"
)

// IsDeeply tests that two structures are equal.
func (p Place) IsDeeply(got, want any, name ...any) any {
	d := &difference{seen: map[[2]any]bool{}}
	equal := d.equal(got, want, "")
	if p.report(equal, nameOf(name)) {
		return true
	}
	if perl.RefType(got) == "" && perl.RefType(want) == "" {
		return Diag("         got: " + shown(got) + "\n    expected: " + shown(want))
	}
	return Diag("    Structures begin differing at:\n" +
		fmt.Sprintf("         $got%s = %s\n    $expected%s = %s", d.path, d.got, d.path, d.want))
}

// difference is the first place at which two structures differ.
type difference struct {
	path, got, want string
	seen            map[[2]any]bool // pairs that are being compared: cycles end there
}

func (d *difference) equal(got, want any, path string) bool {
	a, isArray := got.(*perl.Array)
	b, alsoArray := want.(*perl.Array)
	h, isHash := got.(*perl.Hash)
	k, alsoHash := want.(*perl.Hash)
	r, isRef := got.(*perl.Ref)
	s, alsoRef := want.(*perl.Ref)
	switch {
	case isArray && alsoArray:
		return d.pair(got, want) || d.arrays(a, b, arrow(path))
	case isHash && alsoHash:
		return d.pair(got, want) || d.hashes(h, k, arrow(path))
	case isRef && alsoRef:
		return d.pair(got, want) || d.equal(r.Get(), s.Get(), "${"+path+"}")
	case same(got, want):
		return true
	}
	return d.differ(path, shown(got), shown(want))
}

// arrow returns the path of a reference, to which subscripts are appended.
func arrow(path string) string {
	if path == "" {
		return "->"
	}
	return path
}

func (d *difference) pair(a, b any) bool {
	key := [2]any{a, b}
	known := d.seen[key]
	d.seen[key] = true
	return known
}

func (d *difference) differ(path, got, want string) bool {
	d.path, d.got, d.want = path, got, want
	return false
}

func (d *difference) arrays(a, b *perl.Array, path string) bool {
	for i := range max(a.Len(), b.Len()) {
		at := fmt.Sprintf("%s[%d]", path, i)
		if i >= a.Len() || i >= b.Len() {
			return d.differ(at, element(a.Get(i), i < a.Len()), element(b.Get(i), i < b.Len()))
		}
		if !d.equal(a.Get(i), b.Get(i), at) {
			return false
		}
	}
	return true
}

func (d *difference) hashes(a, b *perl.Hash, path string) bool {
	keys := append(a.SortedKeys(), b.SortedKeys()...)
	for _, key := range keys {
		at := path + "{" + key + "}"
		if !a.Exists(key) || !b.Exists(key) {
			return d.differ(at, element(a.Get(key), a.Exists(key)), element(b.Get(key), b.Exists(key)))
		}
		if !d.equal(a.Get(key), b.Get(key), at) {
			return false
		}
	}
	return true
}

func element(v any, exists bool) string {
	if !exists {
		return "Does not exist"
	}
	return shown(v)
}

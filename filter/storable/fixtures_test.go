package storable_test

import (
	"bufio"
	"encoding/hex"
	"maps"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter/storable"
)

// fixture is one payload that Perl has written.
type fixture struct {
	name, order string
	data        []byte
}

// fixtures returns what testdata/storable.pl has printed.
func fixtures(t testing.TB) []fixture {
	t.Helper()
	f, err := os.Open("testdata/fixtures.txt")
	require.NoError(t, err)
	defer f.Close()
	var out []fixture
	for sc := bufio.NewScanner(f); sc.Scan(); {
		id, digits, _ := strings.Cut(sc.Text(), " ")
		name, order, ok := strings.Cut(id, "/")
		require.True(t, ok)
		data, err := hex.DecodeString(digits)
		require.NoError(t, err)
		out = append(out, fixture{name, order, data})
	}
	require.NotEmpty(t, out)
	return out
}

type (
	list = []any
	hash = map[string]any
)

func ref(v any) *storable.Ref { return &storable.Ref{Value: v} }

func blessed(class string, v any) *storable.Object {
	return &storable.Object{Class: class, Value: v}
}

func ints(n ...int64) list {
	out := make(list, len(n))
	for i := range n {
		out[i] = n[i]
	}
	return out
}

// plainFixtures are the fixtures of unblessed data whose shape a literal can
// tell.
func plainFixtures() map[string]any {
	return map[string]any{
		"array_empty":    list{},
		"hash_empty":     hash{},
		"undefs":         list{nil, nil},
		"immortals":      list{nil, true, false},
		"booleans":       list{"1", ""},
		"small_ints":     ints(0, 1, -1, 127, -128),
		"ints":           ints(128, -129, 70000, -70000, math.MaxInt32, math.MinInt32),
		"unsigned":       list{"18446744073709551615", "9223372036854775808"},
		"strings":        list{"", "x", "hello world", "12", "a\x00b"},
		"bytes":          list{"\xe9", "\xff\xfe\x00"},
		"text":           list{"☺", "naïve ☺", "😀"},
		"long_strings":   list{strings.Repeat("x", 255), strings.Repeat("x", 256), strings.Repeat("x", 1000)},
		"long_text":      list{strings.Repeat("☺", 85), strings.Repeat("☺", 86)},
		"vstring":        list{storable.VString{Source: "v1.2.3", Value: "\x01\x02\x03"}},
		"vstring_tags":   list{storable.VString{Source: "v1.2", Value: "\x01\x02"}, int64(5), ref(nil)},
		"nested":         hash{"list": list{int64(1), list{int64(2), list{int64(3), list{}}}}, "map": hash{"a": hash{"b": hash{}}}},
		"text_keys":      hash{"☺": int64(1), "plain": int64(2)},
		"latin_text_key": hash{"é": int64(1)},
		"byte_key":       hash{"\xe9": int64(1)},
		"empty_key":      hash{"": int64(1)},
		"sparse":         list{nil, nil, nil, int64(1)},

		"root_scalar":    ref("x"),
		"root_undef":     ref(nil),
		"root_ref":       ref(ref("x")),
		"root_refs":      ref(ref(ref(ints(1)))),
		"scalar_refs":    list{ref(int64(1)), ref("s"), ref(nil), ref(ref(int64(2))), ref(ints(3))},
		"shared_scalar":  list{ref(int64(5)), ref(int64(5))},
		"aliased":        ints(5, 5),
		"ref_to_element": list{int64(7), ref(int64(7))},
		"shared_array":   list{ints(1), ints(1)},
		"shared_hash":    hash{"a": hash{"x": int64(1)}, "b": hash{"x": int64(1)}},
		"shared_empty":   list{list{}, list{}},

		"restricted": hash{"a": int64(1), "b": int64(2)},
		"locked":     hash{"a": int64(1), "☺": ints(2)},
	}
}

// objectFixtures are the same for objects, code, ties and hooks.
func objectFixtures() map[string]any {
	const deparsed = "{\n    use warnings;\n    use strict;\n    42;\n}"
	code := &storable.Code{Source: deparsed}
	var classes list
	for _, n := range []int{127, 128, 300, 300} {
		classes = append(classes, blessed(strings.Repeat("C", n), list{}))
	}
	var refs list
	for i := range int64(300) {
		refs = append(refs, list{i + 1})
	}
	frozen := []byte("frozen")
	long := []byte(strings.Repeat("F", 300))
	return map[string]any{
		"blessed": list{blessed("Foo", ints(1)), blessed("Foo::Bar", hash{"a": int64(1)}),
			blessed("Baz", ref("v")), blessed("Baz", ref(ref("deep")))},
		"blessed_root":        blessed("Root", hash{"a": int64(1)}),
		"blessed_long":        classes,
		"blessed_element":     ints(1),
		"blessed_element_ref": list{int64(1), blessed("Elem", ref(int64(1)))},
		"blessed_shared":      list{blessed("Shared", list{}), blessed("Shared", list{})},
		"overloaded":          list{blessed("Overloaded", hash{})},
		"overloaded_weak":     list{blessed("Overloaded", hash{}), blessed("Overloaded", hash{})},

		"regexp": list{&storable.Regexp{Pattern: "a.b", Flags: "i"}, &storable.Regexp{Pattern: "x"},
			&storable.Regexp{Pattern: strings.Repeat("y", 300)}},
		"regexp_text":    list{&storable.Regexp{Pattern: "☺+", Flags: "u"}},
		"regexp_blessed": blessed("MyRegexp", &storable.Regexp{Pattern: "x"}),
		"regexp_scalar":  list{&storable.Regexp{Pattern: "x"}},
		"code":           list{code},
		"code_shared":    list{code, code, ints(9), ints(9)},

		"hook": list{&storable.Hooked{Class: "Hooked", Kind: storable.Hash, Frozen: frozen}},
		"hook_kinds": list{
			&storable.Hooked{Class: "HookedLong", Kind: storable.Array, Frozen: long},
			&storable.Hooked{Class: "HookedLong", Kind: storable.Scalar, Frozen: long},
			&storable.Hooked{Class: "HookedLong", Kind: storable.Hash, Frozen: long}},
		"hook_tied": &storable.Hooked{Class: "HookedLong", Kind: storable.Hash, Frozen: long,
			Tied: blessed("TiedHash", hash{})},
		"hook_long_list": &storable.Hooked{Class: "Hooked", Kind: storable.Hash, Frozen: frozen, Refs: refs},

		"tied_array": &storable.Tied{Kind: storable.Array, Object: blessed("TiedArray", ints(1, 2))},
		"tied_hash":  &storable.Tied{Kind: storable.Hash, Object: blessed("TiedHash", hash{"k": int64(1)})},
		"tied_element": ref(&storable.Tied{Kind: storable.Element, Index: 1,
			Object: blessed("TiedArray", ints(1, 2))}),
		"tied_value": ref(&storable.Tied{Kind: storable.Value, Key: "k",
			Object: blessed("TiedHash", hash{"k": int64(1)})}),
		"tied_scalar":         ref(&storable.Tied{Kind: storable.Scalar, Object: blessed("TiedScalar", ref(int64(5)))}),
		"tied_scalar_element": list{&storable.Tied{Kind: storable.Scalar, Object: blessed("TiedScalar", ref(int64(5)))}},
	}
}

// numberFixtures have another shape in each order: the portable one writes
// what it cannot represent as decimal strings.
func numberFixtures() map[string]any {
	return map[string]any{
		"big_ints network": list{"2147483648", "-2147483649", "1099511627776", "-1099511627776",
			"9223372036854775807", "-9223372036854775808"},
		"big_ints native": ints(math.MaxInt32+1, math.MinInt32-1, 1<<40, -(1 << 40), math.MaxInt64, math.MinInt64),
		"floats network":  list{"0.5", "-1.25", "1e+300", "1e-300", "0.1"},
		"floats native":   list{0.5, -1.25, 1e300, 1e-300, 0.1},

		"special_floats network": list{"Inf", "-Inf"},
		"special_floats native":  list{math.Inf(1), math.Inf(-1)},
	}
}

func TestFixtures(t *testing.T) {
	plain, numbers := plainFixtures(), numberFixtures()
	maps.Copy(plain, objectFixtures())
	unused := make(map[string]bool)
	for name := range plain {
		unused[name] = true
	}
	for _, f := range fixtures(t) {
		t.Run(f.name+"/"+f.order, func(t *testing.T) {
			got, err := storable.Unmarshal(f.data)
			require.NoError(t, err)
			delete(unused, f.name)
			if want, ok := numbers[f.name+" "+f.order]; ok {
				assert.Equal(t, want, got)
				return
			}
			if want, ok := plain[f.name]; ok {
				assert.Equal(t, want, got)
				return
			}
			check, ok := sharedFixtures[f.name]
			if !ok {
				check, ok = cycleFixtures[f.name]
			}
			require.True(t, ok, "no expectation for fixture %s", f.name)
			check(t, got)
		})
	}
	assert.Empty(t, unused, "expectations without a fixture")
}

// same asserts that two references are to one thing.
func same(t *testing.T, a, b any) {
	t.Helper()
	switch a := a.(type) {
	case list:
		b, ok := b.(list)
		require.True(t, ok)
		require.NotEmpty(t, a)
		assert.Same(t, &a[0], &b[0])
	case hash:
		b, ok := b.(hash)
		require.True(t, ok)
		const probe = "\x00probe"
		a[probe] = true
		assert.Contains(t, b, probe)
		delete(a, probe)
	default:
		assert.Same(t, a, b)
	}
}

// sharedFixtures and cycleFixtures are those whose identities matter, or that
// point back into themselves.
var sharedFixtures = map[string]func(*testing.T, any){
	"blessed_many": func(t *testing.T, v any) {
		require.Len(t, v, 300)
		assert.Equal(t, blessed("C139", list{}), v.(list)[279])
		assert.Equal(t, blessed("C19", list{}), v.(list)[299])
	},
	"hook_refs": func(t *testing.T, v any) {
		l := v.(list)
		h := l[0].(*storable.Hooked)
		assert.Equal(t, "Hooked", h.Class)
		assert.Equal(t, "frozen", string(h.Frozen))
		require.Len(t, h.Refs, 3)
		assert.Equal(t, ints(1, 2), h.Refs[0])
		same(t, h, h.Refs[1].(hash)["self"])
		same(t, h.Refs[2], l[1])
		same(t, h, l[2])
	},
}

var cycleFixtures = map[string]func(*testing.T, any){
	"self_ref": func(t *testing.T, v any) {
		same(t, v, v.(*storable.Ref).Value)
	},
	"self_ref_blessed": func(t *testing.T, v any) {
		o := v.(*storable.Object)
		assert.Equal(t, "Self", o.Class)
		same(t, o, o.Value.(*storable.Ref).Value)
	},
	"cycle_hash": func(t *testing.T, v any) {
		same(t, v, v.(hash)["me"])
	},
	"cycle_array": func(t *testing.T, v any) {
		same(t, v, v.(list)[1])
	},
	"cycle_weak": func(t *testing.T, v any) {
		child := v.(hash)["down"].(list)[0].(hash)
		assert.Equal(t, "child", child["name"])
		same(t, v, child["up"])
	},
	"cycle_blessed": func(t *testing.T, v any) {
		a := v.(*storable.Object)
		b := a.Value.(hash)["next"].(*storable.Object)
		assert.Equal(t, "b", b.Value.(hash)["name"])
		same(t, a, b.Value.(hash)["next"])
	},
}

// TestSharing looks at identities in fixtures whose values TestFixtures has
// compared.
func TestSharing(t *testing.T) {
	pairs := map[string]func(any) (any, any){
		"shared_scalar":   func(v any) (any, any) { return v.(list)[0], v.(list)[1] },
		"shared_array":    func(v any) (any, any) { return v.(list)[0], v.(list)[1] },
		"shared_hash":     func(v any) (any, any) { return v.(hash)["a"], v.(hash)["b"] },
		"blessed_shared":  func(v any) (any, any) { return v.(list)[0], v.(list)[1] },
		"overloaded_weak": func(v any) (any, any) { return v.(list)[0], v.(list)[1] },
		"code_shared":     func(v any) (any, any) { return v.(list)[2], v.(list)[3] },
	}
	for _, f := range fixtures(t) {
		if pick, ok := pairs[f.name]; ok {
			v, err := storable.Unmarshal(f.data)
			require.NoError(t, err)
			a, b := pick(v)
			same(t, a, b)
		}
	}
}

// TestFixturesAgain reads what is written from what was read: nothing is lost
// on the way through Go, in either order.
func TestFixturesAgain(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name+"/"+f.order, func(t *testing.T) {
			u := storable.UnmarshalOptions{Strings: storable.StringsOrBytes}
			first, err := u.Unmarshal(f.data)
			require.NoError(t, err)
			m := storable.MarshalOptions{Native: f.order == "native", Canonical: true, Booleans: true}
			data, err := m.Marshal(first)
			require.NoError(t, err)
			second, err := u.Unmarshal(data)
			require.NoError(t, err)
			if check, ok := cycleFixtures[f.name]; ok {
				check(t, second)
				return
			}
			if f.name != "hook_refs" { // assert cannot compare cycles
				assert.Equal(t, first, second)
			}
			again, err := m.Marshal(second)
			require.NoError(t, err)
			assert.Equal(t, data, again)
		})
	}
}

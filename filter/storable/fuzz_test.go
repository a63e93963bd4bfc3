package storable_test

import (
	"bytes"
	"testing"

	"github.com/gopoe/poe/filter/storable"
)

// FuzzUnmarshal feeds the reader anything. What it accepts must survive being
// written and read again, and must then be written in the same way.
func FuzzUnmarshal(f *testing.F) {
	for _, fx := range fixtures(f) {
		f.Add(fx.data)
	}
	f.Add(deep(50))
	f.Add([]byte(net + "\x21\x02\x00\x00\x00\x00\x00\x00\x00\x01\x08\x81"))
	f.Add([]byte(net + "\x19\x00\x00\x00\x00\x01\x08\x81\x08\x0a\x01k"))
	f.Add([]byte(net + "\x0b\x0d\x05"))
	read := storable.UnmarshalOptions{MaxItems: 10_000, MaxDepth: 200, Strings: storable.StringsOrBytes}
	// A large depth: a regular expression or a tie may stand where it takes
	// one reference more to write it.
	reread := storable.UnmarshalOptions{MaxDepth: 1000, Strings: storable.StringsOrBytes}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := read.Unmarshal(data)
		if err != nil {
			return
		}
		for _, native := range []bool{false, true} {
			write := storable.MarshalOptions{Native: native, Canonical: true, Booleans: true}
			first, err := write.Marshal(v)
			if err != nil {
				t.Fatalf("cannot write what was read: %v", err)
			}
			again, err := reread.Unmarshal(first)
			if err != nil {
				t.Fatalf("cannot read what was written: %v\n%q", err, first)
			}
			second, err := write.Marshal(again)
			if err != nil {
				t.Fatalf("cannot write again: %v", err)
			}
			if !bytes.Equal(first, second) {
				t.Fatalf("changed on the way:\n%q\n%q", first, second)
			}
		}
	})
}

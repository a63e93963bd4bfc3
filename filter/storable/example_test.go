package storable_test

import (
	"fmt"

	"github.com/gopoe/poe/filter/storable"
)

// A payload that perl -MStorable=nfreeze has written is read.
func ExampleUnmarshal() {
	payload := "\x05\x0b\x03\x00\x00\x00\x01" + // { list => [ 1, "two", undef ] }
		"\x04\x02\x00\x00\x00\x03\x08\x81\x0a\x03two\x05" +
		"\x00\x00\x00\x04list"
	v, err := storable.Unmarshal([]byte(payload))
	fmt.Println(v, err)
	// Output: map[list:[1 two <nil>]] <nil>
}

func ExampleMarshal() {
	payload, err := storable.Marshal([]any{1, "two", nil})
	fmt.Printf("%q %v\n", payload, err)
	_, err = storable.Marshal("two")
	fmt.Println(err)
	// Output:
	// "\x05\v\x02\x00\x00\x00\x03\b\x81\n\x03two\x05" <nil>
	// storable: cannot write string: freeze takes references only: not a reference
}

// A blessed object, with a struct for its fields, and back.
func ExampleObject() {
	type account struct {
		Owner string `storable:"owner"`
		Cents int    `storable:"cents"`
	}
	payload, err := storable.Marshal(&storable.Object{Class: "Account", Value: account{"Ann", 250}})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := storable.Unmarshal(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	o := v.(*storable.Object)
	fmt.Println(o.Class, o.Value.(map[string]any)["owner"])
	// Output: Account Ann
}

// nfreeze writes a fraction as a string, so look at it as Perl would.
func ExampleFloat64() {
	payload, err := storable.Marshal([]any{0.25})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := storable.Unmarshal(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	f, ok := storable.Float64(v.([]any)[0])
	fmt.Println(f, ok)
	// Output: 0.25 true
}

// Limits for what strangers send.
func ExampleUnmarshalOptions() {
	opts := storable.UnmarshalOptions{MaxSize: 1 << 20, MaxItems: 3, MaxDepth: 20}
	_, err := opts.Unmarshal([]byte("\x05\x0b\x02\x00\x00\x00\x04\x05\x05\x05\x05"))
	fmt.Println(err)
	// Output: storable: offset 7: more than MaxItems 3 allows
}

// The serializer that POE's Reference filter uses, with limits for a peer.
func ExampleSerializer() {
	s := storable.Serializer{Unmarshal: storable.UnmarshalOptions{MaxDepth: 2}}
	data, err := s.Freeze(map[string]any{"list": []any{[]any{}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := s.Thaw(data)
	fmt.Println(v, err)
	data, err = s.Freeze([]any{[]any{[]any{[]any{}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = s.Thaw(data)
	fmt.Println(err)
	// Output:
	// map[list:[[]]] <nil>
	// storable: offset 20: more than MaxDepth 2 allows
}

package storable_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter/storable"
)

// mixed is a document such as programs send each other: a list of records
// with numbers, short and longer texts, lists and nested hashes, some blessed.
func mixed(records int) any {
	out := make(list, records)
	for i := range out {
		rec := hash{
			"id":      int64(i),
			"uuid":    fmt.Sprintf("%08x-aaaa-bbbb-cccc-%012x", i*7919, i),
			"name":    fmt.Sprintf("record number %d", i),
			"city":    "Zürich",
			"active":  int64(i % 2),
			"score":   float64(i) / 3,
			"tags":    list{"red", "green", "blue", int64(i % 128)},
			"address": hash{"street": "Main Street 1", "zip": int64(10000 + i), "notes": nil},
			"text":    strings.Repeat("lorem ipsum dolor sit amet ", 1+i%5),
			"values":  ints(1, 20, 300, 4000, 50000, 600000),
		}
		if i%4 == 0 {
			out[i] = blessed("My::Record", rec)
		} else {
			out[i] = rec
		}
	}
	return out
}

func BenchmarkUnmarshal(b *testing.B) {
	for _, native := range []bool{false, true} {
		for _, records := range []int{1, 1000} {
			data, err := storable.MarshalOptions{Native: native}.Marshal(mixed(records))
			require.NoError(b, err)
			b.Run(fmt.Sprintf("native=%t/records=%d", native, records), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := storable.Unmarshal(data); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	for _, records := range []int{1, 1000} {
		doc := mixed(records)
		buf, err := storable.Marshal(doc)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = (storable.MarshalOptions{}).Append(buf[:0], doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

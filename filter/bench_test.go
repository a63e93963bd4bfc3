package filter_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
)

// lines makes 64 KiB of 64-byte lines, their ends included.
func lines(end string) []byte {
	return bytes.Repeat([]byte(strings.Repeat("x", 64-len(end))+end), 1024)
}

// BenchmarkIndexByte is what Line is measured against: the barest loop over
// lines.
func BenchmarkIndexByte(b *testing.B) {
	stream := lines("\n")
	b.SetBytes(int64(len(stream)))
	var sum int
	for b.Loop() {
		for buf := stream; len(buf) > 0; {
			i := bytes.IndexByte(buf, '\n')
			if i < 0 {
				break
			}
			sum += len(buf[:i])
			buf = buf[i+1:]
		}
	}
}

func BenchmarkDecodeBytes(b *testing.B) {
	block := lines("\n")
	for _, c := range []struct {
		name   string
		filter filter.Filter
		stream []byte
	}{
		{"Line/LF", must(filter.NewLine(filter.LineConfig{Literal: "\n"})), lines("\n")},
		{"Line/CRLF", must(filter.NewLine(filter.LineConfig{Literal: "\r\n"})), lines("\r\n")},
		{"Line/any/LF", filter.Lines(), lines("\n")},
		{"Line/any/CRLF", filter.Lines(), lines("\r\n")},
		{"Line/any/CR", filter.Lines(), lines("\r")},
		{"Block/size", must(filter.NewBlock(filter.BlockConfig{BlockSize: 64})), block},
		{"Block/length", must(filter.NewBlock(filter.BlockConfig{})), bytes.Repeat([]byte("61\x00"+strings.Repeat("x", 61)), 1024)},
	} {
		b.Run(c.name, func(b *testing.B) { decodeBytes(b, c.filter.(filter.BytesDecoder), c.stream) })
	}
}

func decodeBytes(b *testing.B, f filter.BytesDecoder, stream []byte) {
	b.ReportAllocs()
	b.SetBytes(int64(len(stream)))
	var sum int
	for b.Loop() {
		for buf := stream; len(buf) > 0; {
			rec, n, err := f.DecodeBytes(buf)
			if err != nil {
				b.Fatal(err)
			}
			sum += len(rec)
			buf = buf[n:]
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	stack := must(filter.NewStack(filter.Lines(), must(filter.NewGrep(filter.GrepConfig{Code: func(any) bool { return true }}))))
	for _, c := range []struct {
		name   string
		filter filter.Filter
	}{
		{"Line", filter.Lines()},
		{"Stack", stack},
	} {
		b.Run(c.name, func(b *testing.B) {
			stream := lines("\n")
			b.ReportAllocs()
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				for buf := stream; len(buf) > 0; {
					_, n, err := c.filter.Decode(buf)
					if err != nil {
						b.Fatal(err)
					}
					buf = buf[n:]
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	line := any(strings.Repeat("x", 62))
	for _, c := range []struct {
		name   string
		filter filter.Filter
	}{
		{"Line", filter.Lines()},
		{"Block", must(filter.NewBlock(filter.BlockConfig{}))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(64)
			dst := make([]byte, 0, 128)
			for b.Loop() {
				dst, _ = c.filter.Append(dst[:0], line)
			}
		})
	}
}

func BenchmarkReferenceJSON(b *testing.B) {
	for _, compression := range []bool{false, true} {
		f := must(filter.NewReference(filter.ReferenceConfig{Serializer: filter.JSON{}, Compression: compression}))
		wire := must(f.Append(nil, map[string]any{"list": []any{1, 2, 3}, "text": strings.Repeat("text ", 20)}))
		b.Run(map[bool]string{false: "plain", true: "zlib"}[compression], func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				if _, _, err := f.Decode(wire); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package filter_test

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gopoe/poe/filter"
)

// A filter by itself, without a wheel.
func ExampleBuffer() {
	line, err := filter.NewLine(filter.LineConfig{Literal: "\n"})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(line)

	b.GetOneStart([]byte("one\ntwo\nthr"), []byte("ee\nfour"))
	for {
		recs, err := b.GetOne()
		if err != nil || len(recs) == 0 {
			break
		}
		fmt.Println(recs[0])
	}
	fmt.Println("pending:", b.Pending())

	recs, err := b.Get([]byte("\nfive\n"))
	fmt.Println(recs, err)
	// Output:
	// one
	// two
	// three
	// pending: [four]
	// [four five] <nil>
}

func ExampleLine() {
	// Whatever ends the first line ends all of them; output ends in LF.
	whichever, err := filter.NewLine(filter.LineConfig{Autodetect: true, OutputLiteral: "\n"})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(whichever)
	recs, _ := b.Get([]byte("first\r\nsecond \n still\r\n"))
	fmt.Printf("%q\n", recs)
	wire, _ := b.Put("answer")
	fmt.Printf("%q\n", wire)
	// Output:
	// ["first" "second \n still"]
	// ["answer\n"]
}

// Paragraphs: two or more line ends between them on input, a line of dashes on
// output.
func ExampleLineConfig() {
	paragraph, err := filter.NewLine(filter.LineConfig{
		InputRegexp:   regexp.MustCompile(`[\r\n]{2,}`),
		OutputLiteral: "\n---\n",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(paragraph)
	recs, _ := b.Get([]byte("One line,\nand another.\n\nA second paragraph.\r\n\r\n"))
	wire, _ := b.Put(recs...)
	for _, message := range wire {
		fmt.Print(string(message))
	}
	// Output:
	// One line,
	// and another.
	// ---
	// A second paragraph.
	// ---
}

func ExampleStream() {
	b := filter.NewBuffer(filter.NewStream())
	recs, _ := b.Get([]byte("key"), []byte("strokes"))
	for _, rec := range recs {
		wire, _ := b.Put("<" + rec.(string) + ">")
		fmt.Printf("%s\n", wire)
	}
	// Output:
	// [<keystrokes>]
}

func ExampleGrep() {
	short, err := filter.NewGrep(filter.GrepConfig{Code: func(rec any) bool { return len(rec.(string)) < 4 }})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := filter.NewRecords(short)
	recs, _ := r.Get("one", "two", "three")
	fmt.Println(recs)
	// Output:
	// [one two]
}

func ExampleMap() {
	sudo := regexp.MustCompile(`(?i)sudo\[\d+\]`)
	redact, err := filter.NewMap(filter.MapConfig{Code: filter.Each(func(line string) any {
		if sudo.MatchString(line) {
			return line
		}
		return "[REDACTED]"
	})})
	if err != nil {
		fmt.Println(err)
		return
	}
	stack, err := filter.NewStack(
		filter.Lines(), // first on get, last on put
		redact,         // first on put, last on get
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	recs, _ := filter.NewBuffer(stack).Get([]byte("cron[1]: run\nsudo[2]: root\n"))
	for _, rec := range recs {
		fmt.Println("Log:", rec)
	}
	// Output:
	// Log: [REDACTED]
	// Log: sudo[2]: root
}

func ExampleMap_modify() {
	rot13 := func(s string) any {
		return strings.Map(func(r rune) rune {
			switch {
			case 'a' <= r && r <= 'z':
				return 'a' + (r-'a'+13)%26
			case 'A' <= r && r <= 'Z':
				return 'A' + (r-'A'+13)%26
			}
			return r
		}, s)
	}
	transcrypter, err := filter.NewMap(filter.MapConfig{Code: filter.Each(rot13)})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := filter.NewRecords(transcrypter)
	recs, _ := r.Get("Uryyb")
	fmt.Println(recs)

	transcrypter.Modify(filter.MapConfig{Code: filter.Each(func(s string) any { return s + "!" })})
	recs, _ = r.Get("Hello")
	fmt.Println(recs)
	// Output:
	// [Hello]
	// [Hello!]
}

func ExampleRecordBlock() {
	blocks, err := filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := filter.NewRecords(blocks)
	recs, _ := r.Get(1, 2, 3, 4, 5, 6)
	fmt.Println(recs, r.Pending())
	flat, _ := r.Put([]any{1, 2}, []any{3})
	fmt.Println(flat)
	// Output:
	// [[1 2 3 4]] [5 6]
	// [1 2 3]
}

// With CheckPut output leaves in whole blocks only.
func ExampleRecordBlock_PutPending() {
	blocks, err := filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 4, CheckPut: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := filter.NewRecords(blocks)
	flat, _ := r.Put([]any{1, 2, 3}, []any{4, 5})
	fmt.Println(flat, blocks.PutPending())
	flat, _ = r.Put([]any{6, 7, 8})
	fmt.Println(flat, blocks.PutPending())
	// Output:
	// [1 2 3 4] [5]
	// [5 6 7 8] []
}

// lengthPrefixed is a filter of one's own: one byte of length, then a string.
type lengthPrefixed struct{}

func (lengthPrefixed) Decode(buf []byte) (rec any, n int, err error) {
	if len(buf) == 0 || len(buf) < 1+int(buf[0]) {
		return nil, 0, filter.ErrMore
	}
	n = 1 + int(buf[0])
	return string(buf[1:n]), n, nil
}

func (lengthPrefixed) Append(dst []byte, rec any) ([]byte, error) {
	s, ok := rec.(string)
	if !ok || len(s) > 255 {
		return dst, &filter.Error{Filter: "lengthPrefixed", Op: "put", Err: &filter.RecordError{Record: rec, Want: "a short string"}}
	}
	return append(append(dst, byte(len(s))), s...), nil
}

func ExampleFilter() {
	b := filter.NewBuffer(lengthPrefixed{})
	wire, _ := b.Put("hello", "world")
	fmt.Printf("%q\n", wire)
	recs, _ := b.Get(wire...)
	fmt.Println(recs)
	// Output:
	// ["\x05hello" "\x05world"]
	// [hello world]
}

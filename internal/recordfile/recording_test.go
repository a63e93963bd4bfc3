package recordfile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/internal/recordfile"
)

// sample is a recording of some records in several frames.
func sample() []byte {
	var file bytes.Buffer
	head := recordfile.NewHead()
	head.Kernel, head.Loop, head.Arguments = "sample", "epoll", []string{"-v"}
	file.Write(head.Bytes())
	w := recordfile.NewWriter(func(f *recordfile.Frame) { file.Write(f.Bytes()) }, nil)
	for i := range 3 {
		w.Begin(1)
		w.Uint(uint64(i) << 40)
		w.Int(int64(-i))
		w.Name("tick")
		w.Name("tock")
		w.Name("tick")
		w.Bytes([]byte("some data"))
		w.Fixed(0xdeadbeef)
		w.Flush()
	}
	return file.Bytes()
}

// readAll reads a recording as sample writes it, and returns its fault.
func readAll(data []byte) (records int, err error) {
	r, err := recordfile.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	for r.More() {
		r.Byte()
		r.Uint()
		r.Int()
		r.Name()
		r.Name()
		r.Name()
		r.Bytes()
		r.Fixed()
		if r.Err() == nil {
			records++
		}
	}
	return records, r.Err()
}

func TestRecordsAreRead(t *testing.T) {
	r, err := recordfile.NewReader(bytes.NewReader(sample()))
	if err != nil {
		t.Fatal(err)
	}
	if r.Head.Kernel != "sample" || r.Head.Arguments[0] != "-v" {
		t.Errorf("head is %+v", r.Head)
	}
	for i := range 3 {
		if r.Peek() != 1 || r.Byte() != 1 {
			t.Fatalf("record %d has another kind", i)
		}
		if n := r.Uint(); n != uint64(i)<<40 {
			t.Errorf("number is %d", n)
		}
		if n := r.Int(); n != int64(-i) {
			t.Errorf("number is %d", n)
		}
		if a, b, c := r.Name(), r.Name(), r.Name(); a != "tick" || b != "tock" || c != a {
			t.Errorf("names are %q, %q, %q", a, b, c)
		}
		if data := r.Bytes(); string(data) != "some data" {
			t.Errorf("data are %q", data)
		}
		if n := r.Fixed(); n != 0xdeadbeef {
			t.Errorf("number is %x", n)
		}
	}
	if r.More() || r.Err() != nil {
		t.Errorf("there is more, or %v", r.Err())
	}
}

func TestEveryCutIsSeen(t *testing.T) {
	whole := sample()
	complete := 0
	for n := range whole {
		_, err := readAll(whole[:n])
		var where *recordfile.Error
		switch {
		case err == nil:
			complete++ // at the end of a frame nothing is missing
		case n <= 4 && errors.Is(err, recordfile.ErrForeign):
		case !errors.Is(err, recordfile.ErrCut):
			t.Errorf("cut at %d: %v", n, err)
		case !errors.As(err, &where) || where.Offset != int64(n):
			t.Errorf("cut at %d: offset is %v", n, err)
		}
	}
	if complete != 3 { // after the head, and after two frames
		t.Errorf("%d cuts are not seen", complete)
	}
}

func TestEveryDamageIsSeen(t *testing.T) {
	whole := sample()
	for at := range whole {
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 1 << bit
			_, err := readAll(damaged)
			var where *recordfile.Error
			switch {
			case err == nil:
				t.Errorf("bit %d of byte %d is flipped and nothing is wrong", bit, at)
			case !errors.As(err, &where):
				t.Errorf("bit %d of byte %d is flipped: %v has no offset", bit, at, err)
			}
		}
	}
}

func TestForeignFiles(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "text": "Dear Sir", "JSON": `{"event": "tick"}`, "other CBOR": "\xd9\xd9\xf7\x41\xa0", "an executable": "\x7fELF\x02\x01",
	} {
		_, err := recordfile.NewReader(strings.NewReader(data))
		var where *recordfile.Error
		if !errors.As(err, &where) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOtherVersion(t *testing.T) {
	var file bytes.Buffer
	for _, version := range []uint64{1, 77} {
		head := recordfile.Head{Version: version}
		file.Reset()
		file.Write(head.Bytes())
		if _, err := recordfile.NewReader(&file); err == nil || !strings.Contains(err.Error(), fmt.Sprint("version ", version, " of the format")) {
			t.Errorf("error is %v", err)
		}
	}
}

type point struct {
	X, Y int
	Name string
	Next *point
}

func init() { recordfile.Register(reflect.TypeFor[point]()) }

func TestValuesAreThemselvesAgain(t *testing.T) {
	when := time.Date(2024, 2, 29, 12, 0, 0, 123, time.UTC)
	for _, v := range []any{
		nil, true, false, 0, -1, 1 << 62, int8(-128), uint64(1<<64 - 1), 1.5, float32(2), "text", "", []byte("bytes"), []byte(nil),
		[]any{1, "two", nil, []any{3.0}}, []string{"a", "b"}, map[string]any{"k": 1, "l": []int{2}}, map[int]string{1: "one"},
		[3]int{1, 2, 3}, [2]byte{4, 5}, when, time.Second, netip.MustParseAddrPort("127.0.0.1:80"), []netip.Addr{netip.MustParseAddr("::1")},
		point{1, 2, "p", &point{Name: "q"}}, &point{X: 7}, []point{{X: 1}}, syscall.ECONNREFUSED, syscall.SIGTERM,
		&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1).To4(), Port: 9}, map[string]int(nil), [][]string{{"x"}, nil},
	} {
		data, err := recordfile.AppendValue(nil, v, nil)
		if err != nil {
			t.Errorf("%T %v: %v", v, v, err)
			continue
		}
		got, err := recordfile.Value(data, nil)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%T %v: became %T %v, %v", v, v, got, got, err)
		}
	}
}

type ownError struct{}

func (e *ownError) Error() string { return "own" }
func (e *ownError) Unwrap() error { return syscall.ENOENT }

func TestErrorsKeepWhatTheyWrap(t *testing.T) {
	for _, err := range []error{
		&fs.PathError{Op: "open", Path: "/x", Err: syscall.ENOENT}, &ownError{}, errors.Join(errors.New("first"), syscall.ENOENT),
	} {
		data, failed := recordfile.AppendValue(nil, err, nil)
		if failed != nil {
			t.Fatal(failed)
		}
		got, failed := recordfile.Value(data, nil)
		again, ok := got.(error)
		if failed != nil || !ok || again.Error() != err.Error() || !errors.Is(again, syscall.ENOENT) {
			t.Errorf("%v became %v, %v", err, got, failed)
		}
	}
	data, _ := recordfile.AppendValue(nil, context.Canceled, nil)
	if got, err := recordfile.Value(data, nil); got != context.Canceled {
		t.Errorf("context.Canceled became %v, %v", got, err)
	}
}

func TestOpaqueValues(t *testing.T) {
	type unknown struct{ X int }
	for _, v := range []any{make(chan int), func() {}, unknown{1}, []any{func() {}}, struct{ x int }{1}} {
		if _, err := recordfile.AppendValue(nil, v, nil); !errors.Is(err, recordfile.ErrOpaque) {
			t.Errorf("%T: %v", v, err)
		}
	}
	deep := any(nil)
	for range 1000 {
		deep = []any{deep}
	}
	if _, err := recordfile.AppendValue(nil, deep, nil); !errors.Is(err, recordfile.ErrOpaque) {
		t.Errorf("a value nested 1000 times: %v", err)
	}
}

func TestTypedValues(t *testing.T) {
	want := struct {
		A []string
		B error
		C any
	}{[]string{"x"}, syscall.EPERM, 1.5}
	data, err := recordfile.AppendTyped(nil, reflect.ValueOf(want), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := want
	got.A, got.B, got.C = nil, nil, nil
	if err := recordfile.DecodeTyped(data, reflect.ValueOf(&got).Elem(), nil); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := recordfile.DecodeTyped(data, reflect.ValueOf(new(int)).Elem(), nil); err == nil {
		t.Error("a struct is read as a number")
	}
}

func FuzzReader(f *testing.F) {
	f.Add(sample())
	f.Add(sample()[:100])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := readAll(data)
		var where *recordfile.Error
		if err != nil && (!errors.As(err, &where) || where.Offset < 0 || where.Offset > int64(len(data))) {
			t.Errorf("error %v in %d bytes", err, len(data))
		}
	})
}

func FuzzValue(f *testing.F) {
	for _, v := range []any{point{1, 2, "p", nil}, []any{1, "x", nil}, map[string]any{"a": 1}, time.Now(), syscall.ENOENT, [3]int{}} {
		data, _ := recordfile.AppendValue(nil, v, nil)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := recordfile.Value(data, nil)
		if err != nil {
			return
		}
		if _, err := recordfile.AppendValue(nil, v, nil); err != nil {
			t.Errorf("%T was read and cannot be written: %v", v, err)
		}
	})
}

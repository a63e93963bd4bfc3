package driver_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
)

// narrow takes a few bytes at a time, and then says that there is no space.
type narrow struct {
	got   []byte
	room  int
	wrong error
}

func (n *narrow) Write(p []byte) (int, error) {
	if n.wrong != nil {
		return 0, n.wrong
	}
	took := min(n.room, len(p))
	n.room -= took
	n.got = append(n.got, p[:took]...)
	if took < len(p) {
		return took, syscall.EAGAIN
	}
	return took, nil
}

func TestBlockSize(t *testing.T) {
	_, err := driver.New(driver.Config{BlockSize: -1})
	var wrong *driver.ConfigError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "BlockSize", wrong.Field)
	var zero driver.SysRW
	assert.Equal(t, driver.DefaultBlockSize, zero.BlockSize())
	d, err := driver.New(driver.Config{BlockSize: 4})
	require.NoError(t, err)
	r := strings.NewReader("abcdefgh!")
	for _, want := range []string{"abcd", "efgh", "!"} {
		got, err := d.Get(r)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	_, err = d.Get(r)
	assert.ErrorIs(t, err, io.EOF)
}

func TestPutAndFlush(t *testing.T) {
	var d driver.SysRW
	assert.Equal(t, 11, d.Put([]byte("hello"), nil, []byte(" world")))
	assert.Equal(t, 2, d.OutMessages())
	w := &narrow{room: 3}
	left, err := d.Flush(w)
	require.NoError(t, err, "no room is no error")
	assert.Equal(t, 8, left)
	assert.Equal(t, 2, d.OutMessages(), "the one being written is counted")
	w.room = 3
	left, err = d.Flush(w)
	require.NoError(t, err)
	assert.Equal(t, 5, left)
	assert.Equal(t, 1, d.OutMessages())
	assert.Equal(t, 6, d.Put([]byte("!")))
	w.wrong = syscall.EPIPE
	left, err = d.Flush(w)
	assert.ErrorIs(t, err, syscall.EPIPE)
	assert.Equal(t, 6, left, "it is still counted")
	w.wrong, w.room = nil, 100
	left, err = d.Flush(w)
	require.NoError(t, err)
	assert.Zero(t, left)
	assert.Equal(t, "hello world!", string(w.got))
	d.Put([]byte("gone"))
	d.Discard()
	assert.Zero(t, d.OutOctets()+d.OutMessages())
}

// Output that never runs dry needs no more memory than what waits.
func TestWhatWasWrittenIsDropped(t *testing.T) {
	var d driver.SysRW
	w := &narrow{}
	d.Put(make([]byte, 100))
	for range 10_000 {
		w.room, w.got = 100, nil
		d.Put(make([]byte, 100))
		_, err := d.Flush(w)
		require.NoError(t, err)
	}
	out := d.Output()
	assert.Less(t, cap(out), 1000)
}

// Whatever the pieces in which it is written, all of the output arrives once
// and in order.
func FuzzFlush(f *testing.F) {
	f.Add([]byte("some output"), uint8(3), uint8(2))
	f.Fuzz(func(t *testing.T, output []byte, piece, room uint8) {
		var d driver.SysRW
		w := &narrow{}
		size, space := int(piece%16)+1, int(room%16)+1
		rest := output
		for len(rest) > 0 || d.OutOctets() > 0 {
			n := min(size, len(rest))
			d.Put(rest[:n])
			rest = rest[n:]
			w.room = space
			left, err := d.Flush(w)
			if err != nil || left != d.OutOctets() || (left == 0) != (d.OutMessages() == 0) {
				t.Fatal(left, err, d.OutOctets(), d.OutMessages())
			}
		}
		if !bytes.Equal(w.got, output) {
			t.Fatalf("got %q, want %q", w.got, output)
		}
	})
}

func TestReadErrors(t *testing.T) {
	var d driver.SysRW
	for _, c := range []struct {
		r    io.Reader
		want error
	}{
		{errReader{syscall.EAGAIN}, nil},
		{errReader{io.EOF}, io.EOF},
		{errReader{syscall.ECONNRESET}, syscall.ECONNRESET},
	} {
		got, err := d.Get(c.r)
		assert.True(t, errors.Is(err, c.want) && (c.want != nil || err == nil), err)
		assert.Empty(t, got)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func ExampleSysRW() {
	var d driver.SysRW
	var out bytes.Buffer
	fmt.Println(d.Put([]byte("one "), []byte("two")), "bytes wait")
	left, err := d.Flush(&out)
	fmt.Println(left, err, out.String())
	// Output:
	// 7 bytes wait
	// 0 <nil> one two
}

func BenchmarkPutFlush(b *testing.B) {
	var d driver.SysRW
	message := bytes.Repeat([]byte("x"), 100)
	b.ReportAllocs()
	for b.Loop() {
		d.Put(message)
		if _, err := d.Flush(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// What was read and what was written are counted, what waits is not.
func TestBytesCount(t *testing.T) {
	var d driver.SysRW
	for range 2 {
		_, err := d.Get(strings.NewReader("hello"))
		require.NoError(t, err)
	}
	_, err := d.Get(errReader{io.EOF})
	require.ErrorIs(t, err, io.EOF)
	d.Put([]byte("one"), []byte("four"))
	assert.Zero(t, d.BytesWritten())
	_, err = d.Flush(io.Discard)
	require.NoError(t, err)
	assert.EqualValues(t, 10, d.BytesRead())
	assert.EqualValues(t, 7, d.BytesWritten())
}

// Some of the output is written, and the rest continues as ever.
func TestFlushSome(t *testing.T) {
	var d driver.SysRW
	d.Put([]byte("hello "), []byte("world"))
	var out bytes.Buffer
	for _, c := range []struct{ most, left int }{{0, 11}, {4, 7}, {100, 0}, {1, 0}} {
		left, err := d.FlushSome(&out, c.most)
		require.NoError(t, err)
		require.Equal(t, c.left, left)
	}
	require.Equal(t, "hello world", out.String())
	require.EqualValues(t, 11, d.BytesWritten())
}

// However many messages wait, their bookkeeping is small and the count right.
func TestMessages(t *testing.T) {
	var d driver.SysRW
	sizes := rand.New(rand.NewPCG(1, 2))
	var ends []int
	total := 0
	w := &narrow{}
	for range 20_000 {
		size := sizes.IntN(4) // 0 is not counted
		if sizes.IntN(100) == 0 {
			size = 1 + sizes.IntN(3000)
		}
		d.Put(make([]byte, size))
		if total += size; size > 0 {
			ends = append(ends, total)
		}
		if sizes.IntN(3) == 0 {
			w.room = sizes.IntN(40)
			_, err := d.Flush(w)
			require.NoError(t, err)
		}
		for len(ends) > 0 && ends[0] <= len(w.got) {
			ends = ends[1:]
		}
		require.Equal(t, len(ends), d.OutMessages())
		require.Equal(t, total-len(w.got), d.OutOctets())
	}
}

// A million empty lines need little more than their bytes.
func TestMessagesAreSmall(t *testing.T) {
	lines := func(line string) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var d driver.SysRW
		for range 1_000_000 {
			d.Put([]byte(line))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		require.Equal(t, 1_000_000, d.OutMessages())
		return after.HeapAlloc - before.HeapAlloc
	}
	assert.Less(t, lines("\r\n"), uint64(3<<20), "8 bytes a message more were 10 MB")
}

// Output that is lost continues counting, and needs no memory.
func TestLose(t *testing.T) {
	var d driver.SysRW
	d.Put([]byte("one"), []byte("four"))
	d.Lose()
	assert.Equal(t, 7, d.OutOctets())
	assert.Equal(t, 2, d.OutMessages())
	assert.Equal(t, 10, d.Put([]byte("two")))
	d.Lose()
	assert.Equal(t, 10, d.OutOctets())
	assert.Zero(t, cap(d.Output()))
	d.Discard()
	assert.Zero(t, d.OutOctets()+d.OutMessages())
}

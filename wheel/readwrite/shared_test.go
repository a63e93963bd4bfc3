package readwrite_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// sink is a source that takes all that is written and has nothing to read.
type sink struct{ bytes.Buffer }

func (*sink) Read([]byte) (int, error) { return 0, kernel.ErrWouldBlock }
func (*sink) Ready() kernel.ReadySet   { return kernel.ReadySet{Write: true} }
func (*sink) Bind(func())              {}
func (*sink) Close() error             { return nil }

// Of many wheels those keep their output buffers that have written last. Which wheel
// has which buffer makes no difference to what is written, also when wheels are
// closed, or put while another one is written.
func TestManyWheelsShareBuffers(t *testing.T) {
	const many = 4000
	k := kernel.New()
	var wheels [many]*readwrite.Wheel
	var sinks [many]*sink
	line := bytes.Repeat([]byte("x"), 3000)
	var heap [2]uint64
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range wheels {
				sinks[i] = &sink{}
				h := kernel.FromSource(sinks[i], fmt.Sprint("sink ", i))
				w, err := readwrite.New(k, readwrite.Config{Handle: h, Events: readwrite.Funcs{Flushed: func(w *readwrite.Wheel) {
					if i%7 == 0 && w.BytesWritten() < 10 {
						wheels[(i+1)%many].PutText("more")
					}
				}}})
				require.NoError(t, err)
				wheels[i] = w
			}
			heap[0] = liveBytes()
			e.Yield("short")
		},
		"short": func(e kernel.Event) {
			for i, w := range wheels {
				w.PutText(fmt.Sprint(i))
			}
			e.Yield("long", 0)
		},
		"long": func(e kernel.Event) { // one after the other
			i := kernel.Arg[int](e, 0)
			if i == many {
				heap[1] = liveBytes()
				for _, w := range wheels {
					require.NoError(t, w.Close())
				}
				return
			}
			wheels[i].PutBytes(line)
			wheels[i].Flush()
			if i%5 == 0 {
				require.NoError(t, wheels[i].Close())
			}
			sinks[i].check(t, i, line)
			e.Yield("long", i+1)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Less(t, heap[1]-heap[0], uint64(many*1500), "of 3000 bytes for each")
}

// check compares what was written, and forgets it.
func (s *sink) check(t *testing.T, i int, line []byte) {
	want := fmt.Sprintf("%d\r\n", i)
	if i%7 == 1 {
		want += "more\r\n"
	}
	require.Equal(t, want+string(line)+"\r\n", s.String())
	s.Buffer = bytes.Buffer{}
}

// liveBytes returns the bytes of the heap that are in use.
func liveBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

//go:build unix

package readwrite_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

// numbered returns a line that differs from all others everywhere.
func numbered(number, size int) string {
	text := fmt.Sprintf("%d ", number)
	return strings.Repeat(text, size/len(text)+1)[:size]
}

// Strings stay what they are, whatever is read after them: by the same wheel, by another
// one, or while their handler runs a turn of the kernel.
func TestLongLinesStay(t *testing.T) {
	sizes := []int{16382, 16382, 16382, 20000, 15000, 14000, 100, 16382, 40000, 16382, 23000, 16382, 1, 16382, 16382}
	nothing := func(*kernel.Kernel) {}
	turn := func(k *kernel.Kernel) { _, _ = k.RunOneTimeslice() }
	for name, c := range map[string]struct {
		eager             bool
		received, flushed func(k *kernel.Kernel)
	}{
		"as in POE":             {false, nothing, nothing},
		"eager":                 {true, nothing, nothing},
		"turns by handlers":     {false, turn, turn},
		"eager, turns by flush": {true, nothing, turn}, // one for input would wait for what it has put
	} {
		t.Run(name, func(t *testing.T) {
			k := kernel.New()
			const count = 300
			var kept, want []string
			echo := func() {
				near, far := pair(t)
				small, err := driver.New(driver.Config{BlockSize: 24 << 10}) // so that a read gets one line, and another waits
				require.NoError(t, err)
				newWheel(t, k, readwrite.Config{Handle: near, InputDriver: small, Filter: lines(t, "\r\n"), EagerOutput: c.eager, Events: readwrite.Funcs{
					Text: func(w *readwrite.Wheel, line string) {
						kept = append(kept, line)
						w.PutText("more")
						c.received(k)
					},
					Flushed: func(*readwrite.Wheel) { c.flushed(k) },
					Error:   func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() },
				}})
				sent := 0
				send := func(w *readwrite.Wheel) {
					if sent == count {
						w.Close()
						return
					}
					line := numbered(len(want), sizes[sent%len(sizes)])
					want = append(want, line)
					w.PutText(line)
					sent++
				}
				peer := newWheel(t, k, readwrite.Config{Handle: far, Events: readwrite.Funcs{
					Text:  func(w *readwrite.Wheel, _ string) { send(w) },
					Error: func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() },
				}})
				for range 2 {
					send(peer)
				}
			}
			_, err := session.Inline(k, session.Funcs{"_start": func(kernel.Event) { echo(); echo() }})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.GreaterOrEqual(t, len(kept), 2*count-4)
			assert.Subset(t, want, kept)
		})
	}
}

// Long lines that come one after another are parts of one piece of memory, short ones
// are not.
func TestLongLinesShareMemory(t *testing.T) {
	for _, size := range []int{8 << 10, 16<<10 - 2} {
		const count = 400
		near, far := pair(t)
		k := kernel.New()
		small, err := driver.New(driver.Config{BlockSize: 24 << 10})
		require.NoError(t, err)
		shared, after := 0, uintptr(0)
		_, err = session.Inline(k, session.Funcs{"_start": func(kernel.Event) {
			newWheel(t, k, readwrite.Config{Handle: near, InputDriver: small, Events: readwrite.Funcs{
				Text: func(w *readwrite.Wheel, line string) {
					at := uintptr(unsafe.Pointer(unsafe.StringData(line)))
					if at == after {
						shared++
					}
					after = at + uintptr(len(line)+len("\r\n"))
					w.PutText("more")
				},
				Error: func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() },
			}})
			sent := 0
			peer := newWheel(t, k, readwrite.Config{Handle: far, Events: readwrite.Funcs{Text: func(w *readwrite.Wheel, _ string) {
				if sent++; sent == count {
					w.Close()
					return
				}
				w.PutText(numbered(sent, size))
			}}})
			peer.PutText(numbered(0, size))
		}})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		if size < 10<<10 {
			assert.Zero(t, shared)
		} else {
			assert.Greater(t, shared, count/4)
		}
	}
}

// Lines of all lengths that arrive together are what was sent.
func TestShortAndLongLinesTogether(t *testing.T) {
	near, far := pair(t)
	var want, got []string
	for i, size := range []int{3, 14, 15 << 10, 5, 0, 700, 15 << 10, 2, 2000, 9} {
		want = append(want, numbered(i, size))
	}
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: lines(t, "\n"), Events: readwrite.Funcs{
			Text: func(w *readwrite.Wheel, line string) {
				if got = append(got, line); len(got) == 2*len(want) {
					w.Close()
				}
			},
		}})
		k.Yield("write")
		k.Yield("write")
	}, session.Funcs{"write": func(kernel.Event) { write(t, far, strings.Join(want, "\n")+"\n") }})
	assert.Equal(t, slices.Concat(want, want), got)
}

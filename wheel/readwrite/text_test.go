//go:build unix

package readwrite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/compress"
	"github.com/gopoe/poe/filter/jsonrec"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

// textFilters are filters whose records are text: some encode it unboxed, some
// do not, one looks at all that is put, and one decodes into its own memory.
func textFilters(t *testing.T) map[string]func() filter.Filter {
	of := func(f filter.Filter, err error) filter.Filter {
		require.NoError(t, err)
		return f
	}
	return map[string]func() filter.Filter{
		"lines":     filter.Lines,
		"LF":        func() filter.Filter { return lines(t, "\n") },
		"detected":  func() filter.Filter { return of(filter.NewLine(filter.LineConfig{Autodetect: true})) },
		"netstring": func() filter.Filter { return of(filter.NewNetstring(filter.NetstringConfig{})) },
		"prefixed":  func() filter.Filter { return of(filter.NewPrefixed(filter.PrefixedConfig{Size: 2})) },
		"block":     func() filter.Filter { return of(filter.NewBlock(filter.BlockConfig{})) },
		"compress":  func() filter.Filter { return of(compress.New(compress.Config{Format: compress.Zlib})) },
	}
}

// Records come as they were put, however many arrive together, and they stay as
// they are when more has come.
func TestTextArrives(t *testing.T) {
	var records []string
	for i := range 600 {
		records = append(records, strings.Repeat(string(rune('a'+i%26)), i%40*(i%7)+1))
	}
	records = append(records, strings.Repeat("long ", 300), "x", strings.Repeat("longer ", 2000), "y", "z")
	for name, newFilter := range textFilters(t) {
		for form, put := range map[string]func(w *readwrite.Wheel, s string){
			"Put":      func(w *readwrite.Wheel, s string) { w.Put(s) },
			"PutText":  func(w *readwrite.Wheel, s string) { w.PutText(s) },
			"PutBytes": func(w *readwrite.Wheel, s string) { w.PutBytes([]byte(s)) },
		} {
			t.Run(name+" by "+form, func(t *testing.T) {
				near, far := pair(t)
				var got strings.Builder
				var kept []string
				wheeltest.InSession(t, func(k *kernel.Kernel) {
					all := strings.Join(records, "")
					newWheel(t, k, readwrite.Config{Handle: near, Filter: newFilter(), Events: readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) {
						got.WriteString(s)
						if kept = append(kept, s); got.Len() >= len(all) {
							w.Close()
						}
					}}})
					out := newWheel(t, k, readwrite.Config{Handle: far, Filter: newFilter(), Events: readwrite.Funcs{Flushed: func(w *readwrite.Wheel) { w.Close() }}})
					for _, r := range records {
						put(out, r)
					}
				}, nil)
				assert.Equal(t, strings.Join(records, ""), strings.Join(kept, ""))
				if name != "compress" { // whose records are chunks
					assert.Equal(t, records, kept)
				}
			})
		}
	}
}

// What is put as text counts as what is put otherwise does.
func TestPutTextCounts(t *testing.T) {
	near, far := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: filter.NewStream(), MaxPending: 6, Events: readwrite.Funcs{
			Flushed: func(w *readwrite.Wheel) {
				w.Close()
				high, err := w.TryPutText("nothing")
				assert.False(t, high)
				assert.NoError(t, err)
				assert.False(t, w.PutBytes([]byte("nothing")))
				assert.Zero(t, w.OutOctets())
			},
		}})
		w.PutText("one")
		w.PutText("")
		w.PutBytes(nil)
		w.PutBytes([]byte("two"))
		assert.Equal(t, 6, w.OutOctets())
		assert.Equal(t, 2, w.OutMessages(), "what is empty is no message")
		_, err := w.TryPutText("three")
		assert.ErrorIs(t, err, readwrite.ErrPending)
		_, err = w.TryPutBytes([]byte("three"))
		assert.ErrorIs(t, err, readwrite.ErrPending)
		assert.True(t, w.PutText("three"), "refused: producers should stop")
	}, nil)
	assert.Equal(t, "onetwo", drain(far))
}

func TestPutTextTellsOfTheHighMark(t *testing.T) {
	near, _ := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Marks: readwrite.Marks{High: 8, Low: 1}, Events: readwrite.Funcs{
			Low: func(w *readwrite.Wheel) { w.Close() },
		}})
		assert.False(t, w.PutText("12345"))
		assert.True(t, w.PutBytes([]byte("6")))
	}, nil)
}

// A record that the filter cannot encode is refused, whatever its form.
func TestPutTextThatCannotBeEncoded(t *testing.T) {
	near, _ := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: numbers{}, Events: readwrite.Names{}})
		_, err := w.TryPutText("no number")
		assert.ErrorContains(t, err, "no number")
		assert.NotPanics(t, func() { w.PutBytes([]byte("no number")) })
		w.Close()
	}, nil)
}

func TestPutTextAllocatesNothing(t *testing.T) {
	near, far := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, AutoFlush: true})
		line := strings.Repeat("x", 60)
		assert.Zero(t, testing.AllocsPerRun(100, func() { w.PutText(line) }))
		w.Close()
	}, nil)
	assert.Len(t, drain(far), 101*62)
}

// padded is a filter whose records come behind much that does not count.
type padded struct{ filter.Filter }

func (padded) DecodeBytes(buf []byte) ([]byte, int, error) {
	if len(buf) < 5004 {
		return nil, 0, filter.ErrMore
	}
	return buf[5000:5003], 5004, nil
}

// A record may stand far behind the beginning of what was read.
func TestTextBehindPadding(t *testing.T) {
	json, err := jsonrec.NewText(jsonrec.Config{})
	require.NoError(t, err)
	padding := strings.Repeat(" ", 5000)
	for name, c := range map[string]struct {
		filter filter.Filter
		sent   string
	}{
		"JSON":              {json, padding + "[1]\n[2]\n[3]\n"},
		"of a strange sort": {padded{lines(t, "\n")}, padding + "[1]\n" + padding + "[2]\n" + padding + "[3]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var got []string
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				newWheel(t, k, readwrite.Config{Handle: near, Filter: c.filter, Events: readwrite.Funcs{
					Text:  func(w *readwrite.Wheel, s string) { got = append(got, s) },
					Error: func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() },
				}})
				write(t, far, c.sent)
				far.Close()
			}, nil)
			assert.Equal(t, []string{"[1]", "[2]", "[3]"}, got)
		})
	}
}

package membudget_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/membudget"
)

func TestBudget(t *testing.T) {
	b := membudget.New(10)
	assert.Equal(t, 10, b.Max())
	assert.True(t, b.Charge(4))
	assert.True(t, b.Charge(6))
	assert.False(t, b.Charge(1))
	b = membudget.New(10)
	assert.False(t, b.Charge(11))
	assert.False(t, b.Charge(1), "nothing is left")
}

// collect frees what is not in use: what pools and finalizers hold goes with the
// second and third collection.
func collect() {
	for range 3 {
		runtime.GC()
	}
}

// held returns how much memory what f returns keeps in use.
func held(f func() any) int {
	var before, after runtime.MemStats
	collect()
	runtime.ReadMemStats(&before)
	v := f()
	collect()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(v)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

// The estimates must not be far from what values really take.
func TestEstimates(t *testing.T) {
	const n = 2000
	for _, keys := range []int{0, 1, 8, 9, 20, 100, 1000} {
		maps := held(func() any {
			list := make([]any, n)
			for i := range list {
				m := make(map[string]any, keys)
				for k := range keys {
					m[names[k]] = nil
				}
				list[i] = m
			}
			return list
		})
		estimate := membudget.Slice(n) + n*membudget.Map(keys)
		assert.InDelta(t, 1, float64(estimate)/float64(maps), 0.6, "maps of %d keys take %d bytes, not %d", keys, maps, estimate)
	}
}

var names = func() (names []string) {
	for i := range 1000 {
		names = append(names, fmt.Sprint(i))
	}
	return names
}()

// What JSON makes must be covered by the estimate, within a factor of two.
func TestJSON(t *testing.T) {
	for name, text := range map[string]string{
		"maps":    "[" + strings.Repeat("{},", 5000) + "0]",
		"keys":    "[" + strings.Repeat(`{"k":1},`, 5000) + "0]",
		"lists":   "[" + strings.Repeat("[],", 5000) + "0]",
		"numbers": "[" + strings.Repeat("1.5,", 5000) + "0]",
		"strings": "[" + strings.Repeat(`"x\"y\\",`, 5000) + "0]",
		"text":    `["` + strings.Repeat("x", 50000) + `"]`,
	} {
		var v any
		size := held(func() any {
			require.NoError(t, json.Unmarshal([]byte(text), &v))
			return v
		})
		b := membudget.New(size / 2)
		assert.False(t, b.ChargeJSON([]byte(text)), "%s: %d bytes in memory are underestimated", name, size)
		b = membudget.New(size*2 + 1000)
		assert.True(t, b.ChargeJSON([]byte(text)), "%s: %d bytes in memory are overestimated", name, size)
	}
	b := membudget.New(1 << 20)
	for _, broken := range []string{`"`, `"\`, `"\"`, `{"a`, "", "]:,"} {
		assert.True(t, b.ChargeJSON([]byte(broken)), broken)
	}
}

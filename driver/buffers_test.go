package driver_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
)

// A buffer for much output comes with what waits already, and goes when all is
// written.
func TestOutputFor(t *testing.T) {
	var d driver.SysRW
	d.Put([]byte("short "))
	long := bytes.Repeat([]byte("long "), 4000)
	out := d.OutputFor(len(long))
	assert.GreaterOrEqual(t, cap(out)-len(out), len(long))
	d.SetOutput(append(out, long...))
	d.Put([]byte("end"))
	assert.Equal(t, 3, d.OutMessages())
	w := &narrow{}
	for d.OutOctets() > 0 {
		w.room = 7000
		_, err := d.Flush(w)
		require.NoError(t, err)
	}
	assert.Equal(t, "short "+string(long)+"end", string(w.got))
	assert.Zero(t, cap(d.Output()), "it is another's now")
}

// Two that write at the same time have a buffer each.
func TestOutputForTwo(t *testing.T) {
	var first, second driver.SysRW
	for range 10 {
		for text, d := range map[string]*driver.SysRW{"first": &first, "second": &second} {
			d.SetOutput(append(d.OutputFor(10_000), text...))
		}
		for text, d := range map[string]*driver.SysRW{"first": &first, "second": &second} {
			w := &narrow{room: 100}
			left, err := d.Flush(w)
			require.NoError(t, err)
			assert.Zero(t, left)
			assert.Equal(t, text, string(w.got))
		}
	}
}

// What a single buffer cannot hold gets one of its own.
func TestOutputForMuch(t *testing.T) {
	var d driver.SysRW
	much := bytes.Repeat([]byte("x"), 1<<20)
	d.SetOutput(append(d.OutputFor(len(much)), much...))
	w := &narrow{room: len(much)}
	left, err := d.Flush(w)
	require.NoError(t, err)
	assert.Zero(t, left)
	assert.Equal(t, much, w.got)
}

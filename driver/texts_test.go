package driver_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
)

// narrowGatherer is a narrow that writes several buffers at once.
type narrowGatherer struct{ narrow }

func (n *narrowGatherer) Writev(bufs [][]byte) (int, error) { return n.Write(bytes.Join(bufs, nil)) }

// TestTexts puts texts that are not copied among messages that are, and writes them
// in pieces of any size: what arrives, and what is counted, is as if all had been
// copied.
func TestTexts(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		gathers := &narrowGatherer{}
		to, w := &gathers.narrow, io.Writer(gathers)
		if seed%2 == 0 {
			to = &narrow{}
			w = to
		}
		texts, copied := &driver.SysRW{}, &driver.SysRW{}
		reference := &narrow{}
		for range 200 {
			switch random.IntN(3) {
			case 0:
				text := bytes.Repeat([]byte{byte('a' + random.IntN(26))}, 1+random.IntN(40))
				texts.PutText(text, append(texts.Output(), "\r\n"...))
				copied.Put(append(bytes.Clone(text), "\r\n"...))
			case 1:
				short := bytes.Repeat([]byte{byte('A' + random.IntN(26))}, random.IntN(10))
				texts.Put(short)
				copied.Put(short)
			case 2:
				most := random.IntN(60) - 1
				to.room = random.IntN(50)
				reference.room = to.room
				left, err := texts.FlushSome(w, most)
				require.NoError(t, err)
				want, err := copied.FlushSome(reference, most)
				require.NoError(t, err)
				require.Equal(t, want, left)
			}
			require.Equal(t, copied.OutOctets(), texts.OutOctets())
			require.Equal(t, copied.OutMessages(), texts.OutMessages())
			require.Equal(t, copied.BytesWritten(), texts.BytesWritten())
		}
		require.Equal(t, string(reference.got), string(to.got), "seed %d", seed)
	}
}

func TestLostTexts(t *testing.T) {
	var d driver.SysRW
	d.PutText([]byte("a long text"), append(d.Output(), '\n'))
	d.Lose()
	assert.Equal(t, 12, d.OutOctets(), "as with other output")
	assert.Equal(t, 1, d.OutMessages())
	left, err := d.Flush(&narrow{room: 100})
	require.NoError(t, err)
	assert.Equal(t, 12, left)
	d.Discard()
	assert.Zero(t, d.OutOctets())
	d.PutText([]byte("text"), d.Output())
	d.Discard()
	assert.Zero(t, d.OutOctets()+d.OutMessages())
}

package driver

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Messages of more than 4 GiB are counted among others.
func TestHugeMessages(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("there are none")
	}
	huge, largest := math.MaxInt/4, uint32(math.MaxUint32) // of what a run can have
	var d SysRW
	sizes := []int{5, 5, huge, huge, 7, int(largest), 7}
	for i, size := range sizes {
		d.addMessage(size)
		require.Equal(t, i+1, d.OutMessages())
	}
	for i, size := range sizes {
		d.removeMessages(size - 1)
		require.Equal(t, len(sizes)-i, d.OutMessages(), "a part of it is left")
		d.removeMessages(1)
		require.Equal(t, len(sizes)-i-1, d.OutMessages())
	}
}

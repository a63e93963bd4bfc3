package ikc_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/filter"
)

// A limit is a limit to programs that know nothing of IKC, and has an error
// number for those in the manner of POE.
func TestLimitError(t *testing.T) {
	for field, errno := range map[string]syscall.Errno{"MaxMessage": syscall.EMSGSIZE, "MaxKernels": syscall.ENOSPC, "MaxNames": syscall.ENOSPC} {
		err := &ikc.LimitError{Field: field, Max: 7}
		require.ErrorIs(t, err, filter.ErrLimit)
		require.ErrorIs(t, err, errno)
		require.EqualError(t, err, "ikc: more than "+field+" (7)")
	}
}

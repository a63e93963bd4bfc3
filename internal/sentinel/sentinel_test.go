package sentinel_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/sentinel"
)

func TestSentinel(t *testing.T) {
	gone := sentinel.New("shop: no such thing", syscall.ESRCH)
	same := sentinel.New("shop: no such thing", syscall.ESRCH)
	outer := sentinel.New("market: nothing there", gone)
	require.Equal(t, "shop: no such thing", fmt.Sprint(gone))
	require.Equal(t, "market: nothing there", outer.Error(), "and nothing of what it wraps")
	wrapped := fmt.Errorf("buy(%d): %w", 7, outer)
	for _, err := range []error{gone, outer, wrapped} {
		require.ErrorIs(t, err, gone)
		require.ErrorIs(t, err, syscall.ESRCH)
		require.NotErrorIs(t, err, same)
		require.NotErrorIs(t, err, syscall.EPERM)
		var errno syscall.Errno
		require.ErrorAs(t, err, &errno)
		require.Equal(t, syscall.ESRCH, errno)
	}
	require.NotErrorIs(t, gone, outer)
	require.Equal(t, syscall.ESRCH, errors.Unwrap(gone))
}

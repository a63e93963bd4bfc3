package kerneltest

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Epolls returns the epoll descriptors of the process but for those given.
func Epolls(t testing.TB, but ...int) (fds []int) {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, link := range links {
		if to, _ := os.Readlink(link); strings.Contains(to, "eventpoll") {
			fd, err := strconv.Atoi(filepath.Base(link))
			require.NoError(t, err)
			if !slices.Contains(but, fd) {
				fds = append(fds, fd)
			}
		}
	}
	return fds
}

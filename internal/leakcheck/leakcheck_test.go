package leakcheck

import (
	"net"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { Main(m) }

func TestGoroutinesAreFound(t *testing.T) {
	end := make(chan struct{})
	go func() { <-end }()
	require.Len(t, goroutines(), 1)
	assert.Contains(t, goroutines()[0], "TestGoroutinesAreFound")
	close(end)
	assert.Empty(t, Left(openFiles()))
}

func TestFilesAreFound(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open files are listed on Linux")
	}
	before := openFiles()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	assert.Contains(t, newFiles(before), "1 open: socket:[N]")
	require.NoError(t, l.Close())
	f, err := os.Create(t.TempDir() + "/file")
	require.NoError(t, err)
	assert.Len(t, newFiles(before), 1)
	require.NoError(t, f.Close())
	assert.Empty(t, newFiles(before))
}

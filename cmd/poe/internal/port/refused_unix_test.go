//go:build unix

package port

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRefusedFiles: what is no regular file is not read.
func TestRefusedFiles(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	dir := t.TempDir()
	pipe, loop := filepath.Join(dir, "pipe.pl"), filepath.Join(dir, "loop.pl")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink("loop.pl", loop))
	for path, want := range map[string]string{pipe: "is no regular file", dir: "is no regular file", "/dev/zero": "is no regular file", loop: "too many levels of symbolic links", dir + "/none": "no such file"} {
		_, err := tr.File(path)
		require.ErrorContains(t, err, want)
	}
}

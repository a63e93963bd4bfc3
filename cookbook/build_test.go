package cookbook_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// build builds all programs in Go at once and returns the directory that has
// them. The name of each is that of its folder, which is one level too high for
// the go command: an overlay shows it NAME/go as built/NAME.
func build(t *testing.T) string {
	sources, err := filepath.Glob("*/go/*.go")
	require.NoError(t, err)
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for _, source := range sources {
		path, err := filepath.Abs(source)
		require.NoError(t, err)
		name := filepath.Dir(filepath.Dir(source))
		shown, err := filepath.Abs(filepath.Join("built", name, filepath.Base(source)))
		require.NoError(t, err)
		overlay.Replace[shown] = path
	}
	text, err := json.Marshal(overlay)
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	out, err := exec.Command("go", "build", "-ldflags=-s -w", "-overlay", file, "-o", dir+"/", "./built/...").CombinedOutput()
	require.NoError(t, err, string(out))
	return dir
}

package gomod_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/gomod"
)

const program = `package main

import "github.com/gopoe/poe"

func main() { _ = poe.New().Run() }
`

func project(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644))
	return dir
}

func build(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", os.DevNull, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestEnsureBuilds(t *testing.T) {
	for name, want := range map[string]string{"chat": "example.com/chat", "my chat!": "example.com/my-chat", "--": "example.com/program"} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, name)
			hints, err := gomod.Ensure(dir, gomod.Config{})
			require.NoError(t, err)
			require.Empty(t, hints)
			text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
			require.NoError(t, err)
			require.Contains(t, string(text), "module "+want+"\n")
			build(t, dir)
		})
	}
}

// TestOffline: without the go command the requirements are the checkout's.
func TestOffline(t *testing.T) {
	dir := project(t, "chat")
	t.Run("write", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		hints, err := gomod.Ensure(dir, gomod.Config{Path: "example.org/x/chat", Replace: "../../../.."})
		require.NoError(t, err)
		require.Empty(t, hints)
	})
	build(t, dir)
}

func TestEnsureInAModule(t *testing.T) {
	root := project(t, "mine")
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/mine\n\ngo 1.26\n"), 0o644))
	hints, err := gomod.Ensure(filepath.Join(root, "deep", "chat"), gomod.Config{})
	require.NoError(t, err)
	require.Len(t, hints, 1)
	require.Contains(t, hints[0], "go mod edit -require=github.com/gopoe/poe@v0.0.0")
	require.NoFileExists(t, filepath.Join(root, "deep", "chat", "go.mod"))

	hints, err = gomod.Ensure(".", gomod.Config{})
	require.NoError(t, err)
	require.Empty(t, hints, "the module itself")
}

func TestEnsureRefuses(t *testing.T) {
	dir := project(t, "chat")
	for name, c := range map[string]struct {
		config gomod.Config
		want   string
	}{
		"a path":       {gomod.Config{Path: "no path at all"}, "the module's path"},
		"no checkout":  {gomod.Config{Replace: dir}, "-replace: open"},
		"other module": {gomod.Config{Replace: "testdata/other"}, "is module example.com/other"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gomod.Ensure(dir, c.config)
			require.ErrorContains(t, err, c.want)
			require.NoFileExists(t, filepath.Join(dir, "go.mod"))
		})
	}
}

package scaffold_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/gomod"
	"github.com/gopoe/poe/cmd/poe/internal/scaffold"
)

// command runs a command in a project.
func command(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%v: %s", args, out)
}

// TestEveryKind writes each kind of project, builds it, and runs its tests, vet,
// gofmt, and staticcheck where that is installed.
func TestEveryKind(t *testing.T) {
	names, about := scaffold.Kinds()
	require.Equal(t, []string{"server", "client", "bot", "daemon", "cluster"}, names)
	staticcheck, _ := exec.LookPath("staticcheck")
	for i, kind := range names {
		t.Run(kind, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "my-"+kind)
			hints, err := scaffold.Write(scaffold.Config{Kind: kind, Dir: dir})
			require.NoError(t, err)
			require.Empty(t, hints)
			command(t, dir, "go", "vet", "./...")
			command(t, dir, "go", "test", "./...")
			command(t, dir, "go", "build", ".")
			require.FileExists(t, filepath.Join(dir, "my-"+kind))
			out, err := exec.Command("gofmt", "-l", dir).Output()
			require.NoError(t, err)
			require.Empty(t, string(out))
			if staticcheck != "" {
				command(t, dir, staticcheck, "./...")
			}
			help, err := exec.Command(filepath.Join(dir, "my-"+kind), "-h").CombinedOutput()
			require.NoError(t, err, "%s", help)
			for _, file := range []string{"Makefile", "Dockerfile", "README.md", ".gitignore", ".github/workflows/ci.yml", "my-" + kind + ".service"} {
				text, err := os.ReadFile(filepath.Join(dir, file))
				require.NoError(t, err)
				assert.NotContains(t, string(text), "[[", file)
				assert.NotContains(t, string(text), "NAME/", file)
				assert.NotContains(t, strings.ReplaceAll(string(text), "NAME = my-"+kind, ""), " NAME ", file)
			}
			readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
			require.NoError(t, err)
			assert.Contains(t, string(readme), about[i])
			assert.Contains(t, string(readme), "go.mod replaces github.com/gopoe/poe")
		})
	}
}

func TestRefusals(t *testing.T) {
	full := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(full, "notes"), nil, 0o600))
	file := filepath.Join(full, "notes")
	for name, c := range map[string]struct {
		config scaffold.Config
		want   string
	}{
		"kind":        {scaffold.Config{Kind: "toaster", Dir: filepath.Join(full, "x")}, `there is no kind "toaster": it is one of server, client`},
		"name":        {scaffold.Config{Kind: "server", Dir: filepath.Join(full, "a b")}, "is no name for a program"},
		"not empty":   {scaffold.Config{Kind: "server", Dir: full}, ""},
		"a file":      {scaffold.Config{Kind: "server", Dir: file}, "not a directory"},
		"below file":  {scaffold.Config{Kind: "server", Dir: filepath.Join(file, "x")}, "not a directory"},
		"module path": {scaffold.Config{Kind: "server", Dir: filepath.Join(full, "y"), Mod: gomod.Config{Path: "a b"}}, "the module's path"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scaffold.Write(c.config)
			require.Error(t, err)
			require.ErrorContains(t, err, c.want)
		})
	}
}

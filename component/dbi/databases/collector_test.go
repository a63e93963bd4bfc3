package databases_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/script"
)

// The cookbook's collector puts into PostgreSQL what it puts into SQLite.
func TestCollectorWithPostgreSQL(t *testing.T) {
	d := postgreSQL(t)
	text, err := os.ReadFile("cookbook/collector/script.txt")
	require.NoError(t, err)
	s, err := script.Parse("collector", strings.Replace(string(text), "$DIR/log.db", d.dsn, 1))
	require.NoError(t, err)
	program := filepath.Join(t.TempDir(), "collector")
	out, err := exec.Command("go", "build", "-o", program, "./cookbook/collector/go").CombinedOutput()
	require.NoError(t, err, "%s", out)
	played := s.Play(t.Context(), script.Run{Command: []string{program}})
	assert.NoError(t, played.Err)
	assert.Empty(t, played.Exit, "the program's exit")
	assert.Empty(t, played.Stderr, "standard error")
	var rows int
	require.NoError(t, d.open(t).QueryRow("SELECT COUNT(*) FROM log").Scan(&rows))
	assert.Equal(t, 5, rows)
}

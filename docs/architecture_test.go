package docs_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestArchitectureNamesEveryPackage fails when a package is added without a
// place in the page's layers.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	page, err := os.ReadFile("architecture.md")
	require.NoError(t, err)
	out, err := exec.Command("go", "list", "../...").Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(out)) {
		name := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		if name == "" || strings.Contains(name, "internal") || strings.HasPrefix(name, "cookbook/") {
			continue
		}
		assert.Contains(t, string(page), "`"+name+"`", "architecture.md has no place for the package")
	}
}

package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// block is one fenced block of Go in a page.
type block struct {
	page   string
	line   int
	code   string
	hidden string // from the comment <!-- go ... --> in front of it
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

// program reports whether a block is a whole program.
func (b block) program() bool { return strings.HasPrefix(b.code, "package main\n") }

// blocksOf finds the blocks of Go in a page. A block is one of three:
//
//   - a whole program, which begins with package main and is built as it is, or
//     another whole file;
//   - declarations, which begin with func, type, var or const;
//   - statements, which are put into a function.
//
// The last two get the imports and the variables of prelude. What they need
// besides stands in an HTML comment in front of the block, which readers of the
// page do not see: <!-- go, declarations, and -->.
func blocksOf(page, text string) []block {
	var blocks []block
	var current *block
	hidden, inComment := "", false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case inComment:
			if inComment = strings.TrimSpace(line) != "-->"; inComment {
				hidden += line + "\n"
			}
		case current != nil && strings.HasPrefix(line, "```"):
			blocks = append(blocks, *current)
			current, hidden = nil, ""
		case current != nil:
			current.code += line + "\n"
		case line == "<!-- go":
			hidden, inComment = "", true
		case line == "```go":
			current = &block{page: page, line: i + 1, hidden: hidden}
		}
	}
	return blocks
}

var declaration = regexp.MustCompile(`^(?://.*\n)*(func|type|var|const) `)

// file wraps a fragment into a file of its own.
func (b block) file() string {
	if strings.HasPrefix(b.code, "package ") {
		return b.code
	}
	code, first := b.code, b.line+1
	if !declaration.MatchString(code) {
		code, first = "func _() {\n"+code+"}\n", b.line
	}
	all := b.hidden + code
	before := prelude(all, nil)
	return "package example\n" + imports(before+all) + before + b.hidden + fmt.Sprintf("//line %s:%d\n", b.page, first) + code
}

// waits returns a package that a block uses and that is not in this tree yet,
// as wheels are ported one by one. Such a block is compiled once it is.
func (b block) waits() string {
	for _, m := range qualified.FindAllStringSubmatch(b.code, -1) {
		if folders[m[1]] != "" && !present(m[1]) {
			return m[1]
		}
	}
	return ""
}

// pages are all pages of the repository but those that the table makes, whose
// Go lines have a test of their own.
func pages(t *testing.T) []string {
	var all []string
	for _, pattern := range []string{"../*.md", "*.md", "adr/*.md", "../cookbook/*.md"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		all = append(all, files...)
	}
	return all
}

// TestBlocksCompile compiles every block of Go in the pages.
func TestBlocksCompile(t *testing.T) {
	w, err := theWorld()
	require.NoError(t, err)
	var programs []block
	fragments := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, b := range blocksOf(page, string(text)) {
			if b.program() {
				programs = append(programs, b)
				continue
			}
			if pkg := b.waits(); pkg != "" {
				t.Logf("%s waits for package %s", b, pkg)
				continue
			}
			fragments++
			assert.NoError(t, w.compile(b.file()), "%s\n%s", b, b.code)
		}
	}
	t.Logf("%d programs, %d fragments", len(programs), fragments)
	assert.NotEmpty(t, programs, "the README has programs")
	assert.NotZero(t, fragments, "the guide has fragments")
	buildPrograms(t, programs)
}

// buildPrograms builds whole programs, in the module but without writing into
// it.
func buildPrograms(t *testing.T, programs []block) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	replace := map[string]string{}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", t.TempDir() + "/"}
	for i, b := range programs {
		file := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		require.NoError(t, os.WriteFile(file, []byte(b.code), 0o644))
		replace[filepath.Join(root, "docs", "example", fmt.Sprint(i), "main.go")] = file
		args = append(args, fmt.Sprintf("./docs/example/%d", i))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644))
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%v\n%s", programs, out)
}

// TestBlocksOf checks the convention itself, and that a block that is wrong is
// seen.
func TestBlocksOf(t *testing.T) {
	page := "text\n<!-- go\nvar mine int\n-->\n```go\nmine = n\n```\n\n```perl\nmy $x;\n```\n```go\nk.Nonesuch()\n```\n"
	blocks := blocksOf("page.md", page)
	require.Len(t, blocks, 2)
	w, err := theWorld()
	require.NoError(t, err)
	assert.NoError(t, w.compile(blocks[0].file()))
	assert.ErrorContains(t, w.compile(blocks[1].file()), "page.md:13")
}

//go:build linux

package perl_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/perl"
)

// literals returns random literals that mean the same in Perl and as a string of Go.
func literals(r *rand.Rand, n int) []string {
	alphabet := "0123456789.eE+- axz"
	out := []string{"", "0", "0.0", "00", "0 but true", "1e3", "1e15", "1e16", "-0", ".5", "5.", "abc", "  12abc", "1_000", "-3.75e-7", "123456789012345678", "az", "Zz", "a9", "zz"}
	for len(out) < n {
		var b strings.Builder
		for range r.Intn(8) {
			b.WriteByte(alphabet[r.Intn(len(alphabet))])
		}
		if math.Abs(perl.Num(b.String())) < 1<<62 { // beyond, %d and %x differ
			out = append(out, b.String())
		}
	}
	return out
}

// TestAsPerl compares conversions, formats and splitting with what perl does.
func TestAsPerl(t *testing.T) {
	path, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("perl is not installed")
	}
	r := rand.New(rand.NewSource(1))
	var program, want bytes.Buffer
	program.WriteString("no warnings; $, = '|'; $\\ = \"\\n\";\n")
	for _, s := range literals(r, 300) {
		q := "'" + s + "'"
		fmt.Fprintf(&program, "print %s + 0, %s * 3, -(%s + 0), (%s ? 1 : 0), sprintf('%%5.2f %%d %%x %%g %%-6s|%%06d', %s, %s, abs int %s, %s, %s, %s), join(',', split(/[ax ]/, %s)), substr(%s, 1, 2) // '', index(%s, 'a'), lc %s, uc %s;\n",
			q, q, q, q, q, q, q, q, q, q, q, q, q, q, q)
		n := perl.Add(s, 0)
		fmt.Fprintf(&want, "%s|%s|%s|%d|%s|%s|%s|%d|%s|%s\n", perl.Str(n), perl.Str(perl.Mul(s, 3)), perl.Str(perl.Neg(n)), perl.If(perl.True(s), 1, 0),
			perl.Sprintf("%5.2f %d %x %g %-6s|%06d", s, s, perl.Abs(perl.IntOf(s)), s, s, s), perl.Join(",", perl.Split(perl.RE("[ax ]", ""), s, 0)...),
			perl.Substr(s, 1, 2), strings.Index(s, "a"), perl.Lower(s), perl.Upper(s))
	}
	cmd := exec.Command(path, "-")
	cmd.Stdin = &program
	out, err := cmd.Output()
	require.NoError(t, err)
	got, expected := strings.Split(want.String(), "\n"), strings.Split(string(out), "\n")
	require.Equal(t, len(expected), len(got))
	differ := 0
	for i := range got {
		if got[i] != expected[i] && differ < 10 {
			differ++
			assert.Equal(t, expected[i], got[i], "literal "+strconv.Itoa(i))
		}
	}
}

// TestRegexp looks at what package regexp does otherwise than Perl.
func TestRegexp(t *testing.T) {
	var m perl.Captures
	assert.True(t, m.Match(perl.RE("b$", ""), "ab\n"), "$ matches before a last newline")
	assert.False(t, m.Match(perl.RE(`b\z`, ""), "ab\n"))
	assert.True(t, m.Match(perl.RE(`(a)(?=b)`, ""), "cab"), "look-ahead")
	assert.Equal(t, "a", m.Group(1))
	assert.False(t, m.Match(perl.RE("x", ""), "ab"))
	assert.Equal(t, "a", m.Group(1), "a match that fails keeps the captures")
	assert.True(t, m.Match(perl.RE(`(.)\1`, ""), "xaab"), "back-reference")
	assert.Equal(t, []any{"1", "2"}, m.All(perl.RE(`\d`, ""), "1a2"))
	assert.Equal(t, []any{"\xe9"}, m.All(perl.RE(`[^ -~]`, ""), "a\xe9b"), "bytes, not runes")
	assert.Equal(t, []any{"a", "", "b"}, perl.Split(perl.RE(",", ""), "a,,b,,", 0))
}

// TestTODO: no eval catches what is not translated.
func TestTODO(t *testing.T) {
	assert.Panics(t, func() { perl.Try(func() { perl.TODO("P0001", "...") }) })
}

package port

import (
	goparser "go/parser"
	gotoken "go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRefusedTexts: what is no program is refused with its file and line.
func TestRefusedTexts(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	for name, c := range map[string]struct{ text, want string }{
		"a zero byte":         {"print 1;\nprint \"a\x00\";\n", "x.pl:2: this is no Perl program: it has a zero byte"},
		"UTF-16":              {"\xff\xfep\x00r\x00", "x.pl:1: the text is UTF-16: convert it to UTF-8"},
		"a byte beyond ASCII": {"print 1;\nmy %h = (\xe9 => 1);\n", "x.pl:2: PPI: Encountered unexpected character '233'"},
		"brackets":            {"my $x =\n" + strings.Repeat("(\n", 2000), "x.pl:1002: brackets are nested more than 1000 deep"},
		"a million brackets":  {"print 1;\n" + strings.Repeat("(", 1_000_000) + strings.Repeat(")", 1_000_000), "x.pl:2: the line has 2000000 bytes; the limit is 262144"},
		"a long line":         {"print 1;\n# " + strings.Repeat("x", 300_000), "x.pl:2: the line has 300002 bytes; the limit is 262144"},
		"too many bytes":      {strings.Repeat("# comment\n", 900_000), "x.pl: the text has 9000000 bytes; the limit is 8388608"},
	} {
		_, err := tr.Text("x.pl", []byte(c.text))
		require.EqualError(t, err, c.want, name)
	}
	res, err := tr.Text("x.pl", []byte("print 1;\n"))
	require.NoError(t, err, "the translator works on after a refusal")
	require.Equal(t, 1, res.Report.Statements)
}

// TestOddTexts: unusual texts are translated, or counted as not understood.
func TestOddTexts(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	for name, c := range map[string]struct {
		text       string
		statements int
		left       int
	}{
		"a byte order mark":    {"\xef\xbb\xbfprint 1;\n", 1, 0},
		"nothing":              {"", 0, 0},
		"lines of DOS":         {"my $x = <<E;\r\nline\r\nE\r\nprint $x;\r\n", 2, 0},
		"lines of old Macs":    {"print 1;\rprint 2;\r", 2, 0},
		"Latin-1":              {"my $x = \"caf\xe9\"; # \xe9\nprint $x =~ /\xe9/;\nprint <<E;\n\xe9\nE\n", 3, 0},
		"a long chain":         {"my $x = 1" + strings.Repeat(" + 1\n", 3000) + ";\n", 1, 1},
		"an endless if":        {"my $x = 1;\nif ($x == 0) { print 0 }\n" + strings.Repeat("elsif ($x == 1) { print 1 }\n", 10_000) + "else { print 2 }\nprint 3;\n", 3, 1},
		"many branches":        {"my $x = 1;\nif ($x == 0) { print 0 }\n" + strings.Repeat("elsif (shift @ARGV and my $y = shift @ARGV) { print 1 }\n", 299), 302, 0},
		"deep operators":       {"my $x = " + strings.Repeat("!", 3000) + "1;\n", 1, 1},
		"data of other bytes":  {"print 1;\n__END__\n\xff\xfe\x01", 1, 0},
		"a heredoc's end":      {"print <<E;\nnever ends\n", 1, 0},
		"shifts beyond 64 bit": {"print 1 << 64, 1 << 63;\n", 1, 0},
	} {
		res, err := tr.Text("x.pl", []byte(c.text))
		require.NoError(t, err, name)
		require.Equal(t, c.statements, res.Report.Statements, name)
		require.Len(t, res.Report.TODO, c.left, name)
		_, err = goparser.ParseFile(gotoken.NewFileSet(), "main.go", res.Source, 0)
		require.NoError(t, err, name)
	}
}

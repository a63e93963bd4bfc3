package port

import (
	"strings"
	"testing"
)

// FuzzText: whatever the text is, there is Go or an error, and no panic.
func FuzzText(f *testing.F) {
	tr, err := New(Options{})
	if err != nil {
		f.Skip(err)
	}
	f.Cleanup(func() { _ = tr.Close() })
	for _, s := range []string{"print 1;", "sub f { my ($x) = @_; return $x + 1 } f(2);", "if (", "}", "my $x = <<E;\na\n", "s/(/x/", "$x =~ m{a}gx ? FOO : 1", "\x00", "@{[", `"${x`, strings.Repeat("(", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		res, err := tr.Text("fuzz.pl", []byte(s))
		if err == nil && res.Source == "" {
			t.Error("neither Go nor an error")
		}
	})
}

// TestNeverSilent: a statement that is not understood is counted, and compiles to a
// TODO.
func TestNeverSilent(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	for code, source := range map[string]string{"P0503": "my $pid = fork;\n", "P0511": "eval $x;\n", "P0603": "frobnicate($x, 1);\n", "P0001": "format STDOUT =\n@<<\n$x\n.\n"} {
		res, err := tr.Text("test.pl", []byte(source+"print 1;\n"))
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if len(res.Report.TODO) == 0 || res.Report.TODO[0].Code != code || !strings.Contains(res.Source, "perl.TODO(\""+code) {
			t.Errorf("%s: %+v\n%s", code, res.Report.TODO, res.Source)
		}
		if errs, _ := newChecker(t).check("test", res.Source, ""); len(errs) > 0 {
			t.Errorf("%s: %v", code, errs)
		}
	}
}

// TestExplanations: every code that is used has an explanation.
func TestExplanations(t *testing.T) {
	for code := range explanations {
		if len(code) != 5 || code[0] != 'P' {
			t.Errorf("%q is no code", code)
		}
	}
	if _, ok := Explain("P9999"); ok {
		t.Error("a code that is not there is explained")
	}
}

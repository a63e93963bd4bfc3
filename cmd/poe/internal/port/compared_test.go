package port

import (
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFunctionIsCompared: each exported function of package perl is called by one of
// its tests that compare it with perl, or by the translation of one of the programs whose
// output TestCore compares; or it is in a list, with a reason.
func TestEveryFunctionIsCompared(t *testing.T) {
	compared := map[string]bool{}
	note := func(file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "perl" {
					compared[s.Sel.Name] = true
				}
			}
			return true
		})
	}
	for _, file := range parseFiles(t, "../../../../perl/*_oracle_test.go") {
		note(file)
	}
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	programs, err := filepath.Glob("testdata/core/*.pl")
	require.NoError(t, err)
	for _, name := range programs {
		res, err := tr.File(name)
		require.NoError(t, err)
		file, err := goparser.ParseFile(gotoken.NewFileSet(), name, res.Source, goparser.SkipObjectResolution)
		require.NoError(t, err)
		note(file)
	}
	exported := map[string]bool{}
	for _, file := range parseFiles(t, "../../../../perl/*.go") {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				exported[f.Name.Name] = true
			}
		}
	}
	for name := range exported {
		if !compared[name] && notCompared[name] == "" {
			t.Errorf("perl.%s is not compared with perl: add a case to perl's oracle tests, or use it in testdata/core", name)
		}
	}
	for name := range notCompared {
		require.True(t, exported[name], "perl.%s is no exported function: remove it from the list", name)
		require.False(t, compared[name], "perl.%s is compared: remove it from the list", name)
	}
}

// parseFiles parses the files of a pattern; of tests only those that compare.
func parseFiles(t *testing.T, pattern string) []*ast.File {
	names, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_oracle_test.go") {
			continue
		}
		f, err := goparser.ParseFile(gotoken.NewFileSet(), name, nil, goparser.SkipObjectResolution)
		require.NoError(t, err)
		if !strings.HasSuffix(pattern, "_test.go") && strings.HasSuffix(f.Name.Name, "_test") {
			continue
		}
		files = append(files, f)
	}
	return files
}

// notCompared are functions which neither is done with, and why.
var notCompared = map[string]string{}

func init() {
	for reason, names := range map[string]string{
		"package compat calls it, and what its wheels, sessions and components do is compared": "Can Caught Class Die FindMethod FlushAll FreeTemps NewFile NewInetSocket NewNative NewUnixSocket Native PackAddr PackAddrIP Throw Warn WarnHere",
		"it counts the holders of a value, which programs see only by what is closed":          "DropValue Held Take",
		"it stands for a statement that has no translation":                                    "TODO",
		"what it returns depends on the terminal":                                              "Getlogin",
		"for code that is written by hand, which package perl's own tests use":                 "Isa Read Same UseOverload",
	} {
		for name := range strings.FieldsSeq(names) {
			notCompared[name] = reason
		}
	}
}

package port

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sort"
	"strings"
	"testing"
)

// TestCorpus ports every file of the directories in PORT_CORPUS, a list as PATH is
// one, and checks the types of what it makes. It prints which do not compile, and
// what remains to be done, by code. With PORT_OUT=dir it keeps the Go.
func TestCorpus(t *testing.T) {
	dirs := os.Getenv("PORT_CORPUS")
	if dirs == "" {
		t.Skip("set PORT_CORPUS")
	}
	tr, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	ck := newChecker(t)
	var sum corpusSum
	sum.t = t
	if os.Getenv("PORT_LINT") != "" {
		dir, err := os.MkdirTemp(".", "_lint")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		sum.bundle = newBundle(t, dir)
	}
	sum.codes, sum.whys = map[string]int{}, map[string]int{}
	for _, dir := range filepath.SplitList(dirs) {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			files = []string{dir}
		}
		for _, f := range files {
			sum.file(tr, ck, f)
		}
	}
	sum.print()
	if sum.bundle != nil {
		sum.bundle.lint(t, os.Getenv("PORT_LINT"))
	}
}

type corpusSum struct {
	files, compile, refused, statements, todos int
	t                                          *testing.T
	bundle                                     *bundle
	codes, whys                                map[string]int
}

func (s *corpusSum) file(tr *Translator, ck *checker, path string) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Printf("PANIC %s: %v\n%s", path, e, debug.Stack())
		}
	}()
	s.files++
	res, err := tr.File(path)
	if err != nil {
		s.refused++
		fmt.Println("REFUSED", err)
		return
	}
	s.statements += res.Report.Statements
	s.todos += len(res.Report.TODO)
	for _, x := range res.Report.TODO {
		s.codes[x.Code]++
		s.whys[x.Code+" "+x.Why]++
		if os.Getenv("PORT_TODO") != "" {
			fmt.Printf("TODO %s:%d: %s %s | %s\n", filepath.Base(path), x.Line, x.Code, x.Why, x.Source)
		}
	}
	if out := os.Getenv("PORT_OUT"); out != "" {
		_ = os.WriteFile(filepath.Join(out, filepath.Base(path)+".go.txt"), []byte(res.Source), 0o644)
	}
	name := fmt.Sprint(s.files) + ident(filepath.Base(path))
	errs, text := ck.check(path, res.Source, bundleSuffix(name))
	if len(errs) > 0 {
		fmt.Println("TYPE", path, len(errs), strings.Join(errs[:min(3, len(errs))], "\n   "))
		return
	}
	s.compile++
	if s.bundle != nil {
		s.bundle.add(s.t, name, text)
	}
}

func (s *corpusSum) print() {
	fmt.Printf("files %d, compile %d, refused %d; statements %d, TODO %d (%.2f %% translated)\n", s.files, s.compile, s.refused, s.statements, s.todos,
		100*float64(s.statements-s.todos)/float64(max(1, s.statements)))
	var whys []string
	for w := range s.whys {
		whys = append(whys, w)
	}
	sort.Slice(whys, func(i, j int) bool {
		return s.whys[whys[i]] > s.whys[whys[j]] || s.whys[whys[i]] == s.whys[whys[j]] && whys[i] < whys[j]
	})
	for _, w := range whys[:min(60, len(whys))] {
		fmt.Println(s.whys[w], w)
	}
}

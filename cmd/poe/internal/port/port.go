// Package port translates Perl programs for POE into Go.
//
// A program goes through four steps: PPI, run by perl, cuts its text into tokens
// (ppi.go); a parser makes a syntax tree of them (parse.go and its neighbours);
// names are resolved (scope.go); and Go is written, several times over, until the
// types of variables are known (gen.go and its neighbours). A statement that has
// no translation becomes a call of perl.TODO, and is counted.
package port

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
)

// Options say how a program is translated.
type Options struct {
	Perl     string // the perl to run, "perl" if empty
	Name     string // the program's name in its messages; its path if empty
	Comments bool   // write the Perl of each sub as a comment
	// Evidence is what recordings show of types; nil if there are none.
	Evidence *evidence.Evidence
}

// Result is a translated program.
type Result struct {
	Source string // Go
	Report *Report
}

// Translator translates programs, with one perl for all.
type Translator struct {
	tok  *tokenizer
	opts Options
}

// New returns a translator; it runs perl. It fails if perl or PPI is missing.
func New(options Options) (*Translator, error) {
	if options.Perl == "" {
		options.Perl = "perl"
	}
	tok, err := newTokenizer(options.Perl)
	if err != nil {
		return nil, err
	}
	return &Translator{tok, options}, nil
}

// Close ends perl.
func (t *Translator) Close() error { return t.tok.close() }

// File translates a program.
func (t *Translator) File(path string) (*Result, error) {
	source, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return t.Text(path, source)
}

// Text translates the text of a program; path is for messages.
func (t *Translator) Text(path string, source []byte) (result *Result, err error) {
	defer func() {
		if e := recover(); e != nil {
			result, err = nil, fmt.Errorf("%s: poe port failed on this program, which is a fault of poe port: %v", path, e)
			if os.Getenv("POE_PORT_PANIC") != "" {
				panic(e)
			}
		}
	}()
	text, err := checkSource(path, source)
	if err != nil {
		return nil, err
	}
	name := t.opts.Name
	if name == "" {
		name = filepath.Base(path)
	}
	prog, err := parseProgram(t.tok, path, name, text)
	if err != nil {
		return nil, located(path, err)
	}
	report := &Report{File: path, Lines: 1 + strings.Count(text, "\n") + prog.lines, Files: prog.files}
	text, err = generate(prog, report, t.opts)
	report.finish(prog, t.opts.Evidence)
	return &Result{Source: text, Report: report}, err
}

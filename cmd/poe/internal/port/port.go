// Package port translates Perl programs for POE into Go.
//
// A program goes through four steps: PPI, run by perl, cuts its text into tokens
// (ppi.go); a parser makes a syntax tree of them (parse.go and its neighbours);
// names are resolved (scope.go); and Go is written, several times over, until the
// types of variables are known (gen.go and its neighbours). A statement that has
// no translation becomes a call of perl.TODO, and is counted.
package port

import (
	"bytes"
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
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return t.Text(path, source)
}

// readSource reads a file of a program and checks that it may be one.
func readSource(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Size() > maxSource {
		return "", fmt.Errorf("%s: the file has %d bytes; the limit is %d", path, info.Size(), maxSource)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return checkSource(path, source)
}

// checkSource returns a source text with the line ends of Unix, and refuses what is no
// Perl.
func checkSource(path string, source []byte) (string, error) {
	if i := bytes.IndexByte(source, 0); i >= 0 {
		return "", fmt.Errorf("%s:%d: this is no Perl program: it has a zero byte", path, 1+bytes.Count(source[:i], []byte("\n")))
	}
	return string(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))), nil
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
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	report := &Report{File: path, Lines: 1 + strings.Count(text, "\n") + prog.lines, Files: prog.files}
	text, err = generate(prog, report, t.opts)
	report.finish(prog, t.opts.Evidence)
	return &Result{Source: text, Report: report}, err
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopoe/poe/cmd/poe/internal/edits"
	"github.com/gopoe/poe/cmd/poe/internal/gomod"
	"github.com/gopoe/poe/cmd/poe/internal/port"
)

// Files that poe port writes.
const (
	mainFile     = "main.go"
	markdownFile = "PORTING.md"
	jsonFile     = "porting.json"
)

// write writes the translation, but not over what somebody has changed.
func (p *porting) write(result *port.Result) error {
	old, err := readIfThere(filepath.Join(p.dir, mainFile))
	if err != nil {
		return err
	}
	elsewhere, err := otherNames(p.dir)
	if err != nil {
		return err
	}
	text, kept, err := edits.Merge(old, result.Source, elsewhere)
	if err != nil {
		return fmt.Errorf("%s: %w; give another directory with -o, or move it away", filepath.Join(p.dir, mainFile), err)
	}
	result.Report.Kept = kept
	if err := ownReports(p.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return err
	}
	if text != old {
		if err := replaceFile(filepath.Join(p.dir, mainFile), text); err != nil {
			return err
		}
	}
	result.Report.Hints, err = gomod.Ensure(p.dir, gomod.Config{Path: p.module, Replace: p.replace})
	if err != nil {
		return err
	}
	return writeReports(p.dir, result.Report)
}

func readIfThere(name string) (string, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// otherNames returns what the other files of the package declare.
func otherNames(dir string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, f := range files {
		if filepath.Base(f) == mainFile || strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		declared, err := edits.Names(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		for _, n := range declared {
			names[n] = n != "init" && n != "_"
		}
	}
	delete(names, "init")
	delete(names, "_")
	return names, nil
}

// ownReports fails if a file with the name of a report is not one.
func ownReports(dir string) error {
	for name, begin := range map[string]string{markdownFile: port.MarkdownHeader, jsonFile: "{\n  \"file\":"} {
		text, err := readIfThere(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if text != "" && !strings.HasPrefix(text, begin) {
			return fmt.Errorf("%s was not written by poe port: move it away, or give another directory with -o", filepath.Join(dir, name))
		}
	}
	return nil
}

func writeReports(dir string, r *port.Report) error {
	return errors.Join(replaceFile(filepath.Join(dir, markdownFile), r.Markdown()),
		replaceFile(filepath.Join(dir, jsonFile), string(r.JSON())))
}

// replaceFile writes a file as a whole or not at all.
func replaceFile(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

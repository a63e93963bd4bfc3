// Package gomod gives a program that poe has written the module it needs, so
// that go build works at once.
package gomod

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Module is the path of the module that programs need.
const Module = "github.com/gopoe/poe"

// tidyTime bounds go mod tidy, which uses no network.
const tidyTime = time.Minute

// Config says how a module is made.
type Config struct {
	Path    string // the module's path; "example.com/NAME of the directory" if empty
	Replace string // a checkout of Module to use; if empty, the one that this command is of
}

// Root returns the root of the module that dir belongs to, "" if it is in none.
// Neither dir nor its parents need exist.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if info, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && !info.IsDir() {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// Ensure makes the programs in dir buildable: if dir is in no module, it gets
// go.mod and go.sum. The hints say, a sentence each, what the user has to do
// before go build works; there are none if nothing is left. Ensure uses no network.
func Ensure(dir string, c Config) (hints []string, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	root, err := Root(dir)
	if err != nil {
		return nil, err
	}
	if root != "" {
		return inModule(root, c)
	}
	return create(dir, c)
}

func (c Config) check() error {
	if c.Path != "" {
		if err := module.CheckImportPath(c.Path); err != nil {
			return fmt.Errorf("the module's path: %w", err)
		}
	}
	if c.Replace == "" {
		return nil
	}
	path, err := pathOf(c.Replace)
	if err != nil {
		return fmt.Errorf("-replace: %w", err)
	}
	if path != Module {
		return fmt.Errorf("-replace: %s is module %s, not %s", c.Replace, path, Module)
	}
	return nil
}

// inModule looks at a module that is there already, and does not change it.
func inModule(root string, c Config) (hints []string, err error) {
	file, err := parse(root)
	if err != nil {
		return nil, err
	}
	if file.Module != nil && file.Module.Mod.Path == Module {
		return nil, nil
	}
	for _, r := range file.Require {
		if r.Mod.Path == Module {
			return nil, nil
		}
	}
	replace := c.Replace
	if replace == "" {
		replace = checkout()
	}
	if replace == "" {
		return []string{fmt.Sprintf("The module in %s does not require %s yet; run: go get %s@%s", root, Module, Module, orLatest(release()))}, nil
	}
	return []string{fmt.Sprintf("The module in %s does not require %s yet; run: go mod edit -require=%s@v0.0.0 -replace=%s=%s && go mod tidy", root, Module, Module, Module, replace)}, nil
}

// create writes go.mod and go.sum.
func create(dir string, c Config) (hints []string, err error) {
	path := c.Path
	if path == "" {
		if path, err = defaultPath(dir); err != nil {
			return nil, err
		}
	}
	file := new(modfile.File)
	if err := errors.Join(file.AddModuleStmt(path), file.AddGoStmt("1.26.0")); err != nil {
		return nil, err
	}
	version, replace := release(), c.Replace
	if replace == "" && version == "" {
		replace = checkout()
	}
	switch {
	case replace != "":
		version = "v0.0.0"
		if replace, err = filepath.Abs(replace); err != nil {
			return nil, err
		}
		err = file.AddReplace(Module, "", replace, "")
	case version == "":
		version = "v0.0.0"
		hints = append(hints, fmt.Sprintf("This poe does not know the version of %s that it is of: in %s, run go get %s@latest && go mod tidy, or make it again with -replace and a checkout.", Module, dir, Module))
	}
	if err := errors.Join(err, file.AddRequire(Module, version)); err != nil {
		return nil, err
	}
	if err := write(dir, file); err != nil || len(hints) > 0 {
		return hints, err
	}
	if err := tidy(dir); err != nil {
		if replace == "" {
			return append(hints, fmt.Sprintf("Some modules are not on this machine: in %s, run go mod tidy.", dir)), nil
		}
		if err := borrow(dir, file, replace); err != nil {
			return nil, err
		}
	}
	return append(hints, workspace(dir)...), nil
}

// defaultPath makes a module's path of a directory's name.
func defaultPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, filepath.Base(dir))
	if path := "example.com/" + strings.Trim(name, ".-"); module.CheckImportPath(path) == nil {
		return path, nil
	}
	return "example.com/program", nil
}

func write(dir string, file *modfile.File) error {
	file.Cleanup()
	text, err := file.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.mod"), text, 0o666)
}

// tidy completes go.mod and go.sum from what is on this machine.
func tidy(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), tidyTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "mod", "tidy")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOSUMDB=off", "GOWORK=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("go mod tidy: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// borrow takes the requirements and sums of the checkout: more than is needed,
// but enough.
func borrow(dir string, file *modfile.File, from string) error {
	theirs, err := parse(from)
	if err != nil {
		return err
	}
	for _, r := range theirs.Require {
		file.AddNewRequire(r.Mod.Path, r.Mod.Version, true)
	}
	sums, err := os.ReadFile(filepath.Join(from, "go.sum"))
	if err != nil {
		return err
	}
	return errors.Join(write(dir, file), os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o666))
}

// workspace returns a hint if dir is below a workspace which does not have it.
func workspace(dir string) []string {
	cmd := exec.Command("go", "env", "GOWORK")
	cmd.Dir = dir
	out, err := cmd.Output()
	work := strings.TrimSpace(string(out))
	if err != nil || work == "" || work == "off" {
		return nil
	}
	return []string{fmt.Sprintf("The workspace %s does not have this module yet; run: go work use %s", work, dir)}
}

func parse(root string) (*modfile.File, error) {
	name := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.ParseLax(name, text, nil)
}

func pathOf(root string) (string, error) {
	file, err := parse(root)
	if err != nil {
		return "", err
	}
	if file.Module == nil {
		return "", fmt.Errorf("%s names no module", filepath.Join(root, "go.mod"))
	}
	return file.Module.Mod.Path, nil
}

// release returns the version of Module that this command was installed of, ""
// if it was built in a checkout.
func release() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Path != Module || info.Main.Sum == "" {
		return ""
	}
	return info.Main.Version
}

func orLatest(version string) string {
	if version == "" {
		return "latest"
	}
	return version
}

// checkout returns the directory that this command was built in, "" if that is
// not there or not known.
func checkout() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return ""
	}
	root := filepath.Dir(file)
	for range 4 { // cmd/poe/internal/gomod
		root = filepath.Dir(root)
	}
	if path, err := pathOf(root); err != nil || path != Module {
		return ""
	}
	return root
}

//go:build linux

package compat

import (
	"os"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/wheel/run"
)

// redirects sets the files in place of a child's streams, and its user and group. The
// files are closed by what it returns, once the child has them.
func redirects(cfg *run.Config, c *perl.Hash) (done func()) {
	var opened []*os.File
	cfg.User, cfg.Group = text(c, "User"), text(c, "Group")
	for key, to := range map[string]*run.Redirect{
		"RedirectStdin": &cfg.RedirectStdin, "RedirectStdout": &cfg.RedirectStdout, "RedirectStderr": &cfg.RedirectStderr, "RedirectOutput": &cfg.RedirectOutput,
	} {
		switch v := c.Get(key); {
		case v == nil:
		case perl.F(v) != nil:
			file, err := osFile(perl.F(v))
			check(err)
			to.File, opened = file, append(opened, file)
		default:
			to.Path = perl.Str(v)
		}
	}
	return func() {
		for _, f := range opened {
			_ = f.Close()
		}
	}
}

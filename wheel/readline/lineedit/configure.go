package lineedit

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"unicode"
)

// configuring are the functions about the editor itself and what surrounds it.
func configuring(name string) Func {
	switch name {
	case "re-read-init-file":
		return func(e *Editor, _ string) {
			if e.initFile == "" || e.readInitFile(e.initFile, 0) != nil {
				e.Bell()
			}
		}
	case "dump-functions":
		return func(e *Editor, _ string) { e.dump(func(what string) bool { return what[0] != '"' }) }
	case "dump-macros":
		return func(e *Editor, _ string) { e.dump(func(what string) bool { return what[0] == '"' }) }
	case "dump-variables":
		return func(e *Editor, _ string) { e.effects.List = e.options.dump() }
	case "tilde-expand":
		return func(e *Editor, _ string) { e.tildeExpand() }
	case "yank-nth-arg":
		return func(e *Editor, _ string) {
			n := e.count(1)
			if n >= 0 {
				n++ // they are counted from 0, the last one is -1
			}
			e.yankArgument(n, "")
		}
	}
	return nil
}

// dump lists what is bound.
func (e *Editor) dump(which func(what string) bool) {
	var list []string
	for key, what := range e.keys.bound {
		if which(what) {
			list = append(list, echo(key)+": "+echo(what))
		}
	}
	if len(list) == 0 {
		e.Bell()
		return
	}
	slices.Sort(list)
	e.effects.List = list
}

// optionNames are those that have a text.
var optionNames = [...]string{"bell-style", "comment-begin", "completion-append", "editing-mode", "print-completions-horizontally", "show-all-if-ambiguous"}

func (o *Options) dump() (list []string) {
	for _, name := range optionNames {
		value, _ := o.Get(name)
		switch value {
		case true:
			value = "on"
		case false:
			value = "off"
		}
		list = append(list, fmt.Sprintf("%s %v", name, value))
	}
	return list
}

// tildeExpand puts a home directory in the place of ~ or ~user before the
// cursor.
func (e *Editor) tildeExpand() {
	start := pastLast(e.text[:e.at], unicode.IsSpace)
	name, ok := strings.CutPrefix(e.text[start:e.at], "~")
	name, rest, slash := strings.Cut(name, "/")
	if slash {
		rest = "/" + rest
	}
	home := ""
	if ok && name == "" {
		home, _ = os.UserHomeDir() // empty if there is none
	} else if u, err := user.Lookup(name); ok && err == nil {
		home = u.HomeDir
	}
	if home == "" {
		e.Bell()
		return
	}
	e.replace(start, e.at, strings.ToValidUTF8(home, "\uFFFD")+rest)
}

// yankArgument inserts a word of the line before, counted from 1, from the end
// if n is negative; 0 is the last.
func (e *Editor) yankArgument(n int, prefix string) {
	i := min(e.recall.index, e.history.Len()) - 1
	if i < 0 {
		e.Bell()
		return
	}
	words := strings.Fields(e.history.lines[i])
	switch {
	case n == 0:
		n = len(words)
	case n < 0:
		n += len(words) + 1
	}
	if n < 1 || n > len(words) {
		e.Bell()
		return
	}
	e.Insert(prefix + words[n-1])
}

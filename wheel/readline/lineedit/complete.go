package lineedit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Options are options of an editor, with the names that they have in inputrc.
type Options struct {
	// CompletionFunction returns the possible completions of a word: whole
	// words, in any order. line is the whole line, start the position of the
	// word in it, in bytes. If nil, nothing is completed.
	CompletionFunction func(word, line string, start int) []string
	// CompletionAppend is inserted after a word that has only one completion.
	// POE inserts nothing.
	CompletionAppend string
	// ShowAllIfAmbiguous lists the completions at the first key, not at the
	// second.
	ShowAllIfAmbiguous bool
	// PrintCompletionsHorizontally lists them by row, not by column.
	PrintCompletionsHorizontally bool
	// CommentBegin is what insert-comment inserts before a line; "" means "#".
	CommentBegin string
	// EditingMode is EmacsMode, the default if empty, or ViMode. Once there is
	// an editor, change it with [Editor.SetMode].
	EditingMode string
	// BellStyle is "audible", the default if empty, "visible" or "none".
	BellStyle string
}

func (o *Options) fill() {
	if o.CommentBegin == "" {
		o.CommentBegin = "#"
	}
	if o.EditingMode != ViMode {
		o.EditingMode = EmacsMode
	}
	if o.BellStyle == "" {
		o.BellStyle = "audible"
	}
}

// Get returns an option by its name in inputrc. ok is false if there is no such
// option.
func (o *Options) Get(name string) (value any, ok bool) {
	switch name {
	case "completion-function", "completion_function":
		return o.CompletionFunction, true
	case "completion-append":
		return o.CompletionAppend, true
	case "show-all-if-ambiguous":
		return o.ShowAllIfAmbiguous, true
	case "print-completions-horizontally":
		return o.PrintCompletionsHorizontally, true
	case "comment-begin":
		return o.CommentBegin, true
	case "bell-style":
		return o.BellStyle, true
	case "editing-mode":
		return o.EditingMode, true
	}
	return nil, false
}

// Set sets an option by its name and a value as in inputrc: on, off or text. An
// unknown name and a value that is not valid are errors. The option
// editing-mode is set by [Editor.SetMode].
func (o *Options) Set(name, value string) error {
	switch name {
	case "completion-append":
		o.CompletionAppend = value
	case "show-all-if-ambiguous":
		return setBool(&o.ShowAllIfAmbiguous, name, value)
	case "print-completions-horizontally":
		return setBool(&o.PrintCompletionsHorizontally, name, value)
	case "comment-begin":
		o.CommentBegin = value
	case "bell-style":
		if value != "audible" && value != "visible" && value != "none" {
			return fmt.Errorf("lineedit: option bell-style: %q is not audible, visible or none", value)
		}
		o.BellStyle = value
	default:
		return fmt.Errorf("lineedit: option %q: %w", name, errNoSuch)
	}
	return nil
}

func setBool(to *bool, name, value string) error {
	switch strings.ToLower(value) {
	case "on":
		*to = true
	case "off":
		*to = false
	default:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("lineedit: option %s: %q is not on or off", name, value)
		}
		*to = b
	}
	return nil
}

func completing(name string) Func {
	switch name {
	case "complete":
		return func(e *Editor, _ string) { e.complete() }
	case "possible-completions":
		return func(e *Editor, _ string) {
			if _, all := e.completions(); len(all) > 0 {
				e.effects.List = all
				return
			}
			e.Bell()
		}
	case "insert-completions":
		return func(e *Editor, _ string) {
			if start, all := e.completions(); len(all) > 0 {
				e.replace(start, e.at, strings.Join(all, " ")+" ")
				return
			}
			e.Bell()
		}
	}
	return nil
}

// completions asks for what the word before the cursor could become: sorted,
// each but once, nothing that a line cannot hold.
func (e *Editor) completions() (start int, all []string) {
	start = pastLast(e.text[:e.at], unicode.IsSpace)
	if e.options.CompletionFunction == nil {
		return start, nil
	}
	for _, c := range e.options.CompletionFunction(e.text[start:e.at], e.text, start) {
		if c != "" {
			all = append(all, strings.ToValidUTF8(c, "\uFFFD"))
		}
	}
	slices.Sort(all)
	return start, slices.Compact(all)
}

// complete makes the word as long as it is sure to be. A second time in a row
// it lists what there is.
func (e *Editor) complete() {
	start, all := e.completions()
	if len(all) == 0 {
		e.Bell()
		return
	}
	word, most := e.text[start:e.at], commonPrefix(all)
	switch {
	case len(all) == 1:
		e.replace(start, e.at, most+e.options.CompletionAppend)
		return
	case len(most) > len(word):
		e.replace(start, e.at, most)
	}
	switch {
	case e.options.ShowAllIfAmbiguous || e.last == "complete":
		e.effects.List = all
	default:
		e.Bell()
	}
}

// commonPrefix is what all of them begin with, in whole characters.
func commonPrefix(all []string) string {
	first, last := all[0], all[len(all)-1] // they are sorted
	n := 0
	for n < len(first) && n < len(last) && first[n] == last[n] {
		n++
	}
	return first[:min(boundary(first, n), boundary(last, n))]
}

func ending(name string) Func {
	switch name {
	case "accept-line":
		return func(e *Editor, _ string) { e.Finish(Accepted) }
	case "abort":
		return func(e *Editor, _ string) { e.Finish(Cancelled) }
	case "interrupt":
		return func(e *Editor, _ string) { e.Finish(Interrupt) }
	case "clear-screen":
		return func(e *Editor, _ string) { e.effects.Clear = true }
	case "redraw-current-line":
		return func(*Editor, string) {} // every key shows the line anew
	case "ding":
		return func(e *Editor, _ string) { e.Bell() }
	}
	return nil
}

package lineedit

// emacsBindings are the bindings that an editor starts with.
const emacsBindings = `
C-Space set-mark
C-a beginning-of-line
C-b backward-char
C-c interrupt
C-d delete-char
C-e end-of-line
C-f forward-char
C-g abort
C-h backward-delete-char
C-i complete
C-j accept-line
C-k kill-line
C-l clear-screen
C-m accept-line
C-n next-history
C-p previous-history
C-q quoted-insert
C-r reverse-search-history
C-s forward-search-history
C-t transpose-chars
C-u unix-line-discard
C-v quoted-insert
C-w unix-word-rubout
C-y yank
C-] character-search
C-_ undo
Rubout backward-delete-char
M-C-g abort
M-C-h backward-kill-word
M-C-i tab-insert
M-C-r revert-line
M-C-] character-search-backward
M-Rubout backward-kill-word
M-Space set-mark
M-# insert-comment
M-* insert-completions
M-- digit-argument
M-0 digit-argument
M-1 digit-argument
M-2 digit-argument
M-3 digit-argument
M-4 digit-argument
M-5 digit-argument
M-6 digit-argument
M-7 digit-argument
M-8 digit-argument
M-9 digit-argument
M-. yank-last-arg
M-_ yank-last-arg
M-< beginning-of-history
M-> end-of-history
M-? possible-completions
M-b backward-word
M-c capitalize-word
M-d kill-word
M-f forward-word
M-l downcase-word
M-n history-search-forward
M-p history-search-backward
M-r revert-line
M-t transpose-words
M-u upcase-word
M-w copy-region-as-kill
M-y yank-pop
M-\\ delete-horizontal-space
C-xC-g abort
C-xC-u undo
C-xC-x exchange-point-and-mark
C-xRubout backward-kill-line
M-C-j vi-editing-mode
M-C-y yank-nth-arg
M-& tilde-expand
M-~ tilde-expand
C-xC-r re-read-init-file
C-xm dump-macros
C-xv dump-variables
`

// arrowBindings are the keys that have no character, in all keymaps.
const arrowBindings = `
Up previous-history
Down next-history
Right forward-char
Left backward-char
Home beginning-of-line
End end-of-line
Insert overwrite-mode
Delete delete-char
PageUp history-search-backward
PageDown history-search-forward
\eOA previous-history
\eOB next-history
\eOC forward-char
\eOD backward-char
\eOH beginning-of-line
\eOF end-of-line
\e[1~ beginning-of-line
\e[4~ end-of-line
\e[1;5C forward-word
\e[1;5D backward-word
\e[1;3C forward-word
\e[1;3D backward-word
`

// functions finds the editor's own functions. It is a switch, and no table,
// because their code refers to it.
func functions(name string) Func {
	for _, find := range []func(string) Func{moving, changing, killing, recalling, ending, completing, configuring, viMoving, viChanging} {
		if f := find(name); f != nil {
			return f
		}
	}
	return nil
}

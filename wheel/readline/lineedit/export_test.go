package lineedit

// EmacsBindings is the table of bindings, for a test that looks at all of them.
const EmacsBindings = emacsBindings

// Package sentinel makes the errors by which this module's packages tell what
// went wrong: values to compare with errors.Is, which stand for an error of
// the system or of another package as well.
package sentinel

// New returns an error with a text that wraps is: errors.Is finds both of
// them in it. Each call returns another error, even for the same text. What
// stands for nothing else is made by errors.New.
func New(text string, is error) error { return &sentinel{text, is} }

type sentinel struct {
	text string
	is   error
}

func (e *sentinel) Error() string { return e.text }
func (e *sentinel) Unwrap() error { return e.is }

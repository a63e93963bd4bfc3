// Package configerror has the error that the constructors of all packages of
// this module return for a configuration that makes no sense. Packages export
// it under their own name, as kernel.ConfigError, filter.ConfigError and
// driver.ConfigError, so that none of them has to import another for it.
package configerror

import "errors"

// ConfigError names the field of a configuration that is wrong. It is returned
// as a pointer, by all constructors of this module.
type ConfigError struct {
	Package string // the constructor's package: "servertcp"
	Field   string // the field: "ClientInput", or "LineConfig.MaxBuffer" if the package has several configurations
	Err     error  // what is wrong with it
}

// Error names package, field and reason.
func (e *ConfigError) Error() string { return e.Package + ": " + e.Field + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *ConfigError) Unwrap() error { return e.Err }

// Causes that many constructors share.
var (
	ErrMissing  = errors.New("is required")
	ErrConflict = errors.New("conflicts with another field")
	ErrNegative = errors.New("must not be negative")
	ErrTooSmall = errors.New("is too small")
)

// Limit returns the value of a limit, or def if value is 0. A negative value is
// a *[ConfigError] about that field.
func Limit(pkg, field string, value, def int) (int, error) {
	switch {
	case value < 0:
		return 0, &ConfigError{Package: pkg, Field: field, Err: ErrNegative}
	case value == 0:
		return def, nil
	}
	return value, nil
}

// New returns a *[ConfigError] with a reason in words.
func New(pkg, field, reason string) error {
	return &ConfigError{Package: pkg, Field: field, Err: errors.New(reason)}
}

// SetDefault sets a field to value if it has the zero value.
func SetDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// NotNegative returns a *[ConfigError] if the value of a field is negative, or nil.
func NotNegative[T ~int | ~int64](pkg, field string, value T) error {
	if value < 0 {
		return &ConfigError{Package: pkg, Field: field, Err: ErrNegative}
	}
	return nil
}

// Port returns a *[ConfigError] if the value of a field is no port, or nil. 0 is one.
func Port(pkg, field string, value int) error {
	if value < 0 || value > 65535 {
		return New(pkg, field, "is no port")
	}
	return nil
}

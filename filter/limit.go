package filter

// LimitOr is for constructors of filters in other packages: it gives the
// default for a limit of zero and a *[ConfigError] that names filter and field
// for a negative one.
func LimitOr(filter, field string, value, def int) (int, error) {
	return limitOr(filter, field, value, def)
}

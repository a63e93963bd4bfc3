package filter

// Must returns f, and panics if err is not nil. It is for configurations that
// are constant in the program, where an error is a mistake of the program:
//
//	wheel.SetFilter(filter.Must(irc.New(irc.Config{})))
func Must[F Filter](f F, err error) F {
	if err != nil {
		panic(err)
	}
	return f
}

// Factory returns a function that makes a new filter for each connection, as
// servers and clients need it, from a constructor and its configuration:
//
//	Filter: filter.Factory(csvrec.New, csvrec.Config{Comma: ';'})
//
// newFilter may be any constructor of this form in this package, in those below
// it, and in other modules. The configuration is tested at once: like [Must],
// Factory panics if it is not valid.
func Factory[C any, F Filter](newFilter func(C) (F, error), config C) func() Filter {
	Must(newFilter(config))
	return func() Filter { return Must(newFilter(config)) }
}

package filter

// Must returns f, and panics if err is not nil. It is for configurations that
// the program itself has written, where an error is a mistake in the program:
//
//	wheel.SetFilter(filter.Must(irc.New(irc.Config{})))
func Must[F Filter](f F, err error) F {
	if err != nil {
		panic(err)
	}
	return f
}

// Factory returns a function that makes a filter for each connection, which is
// what servers and clients need, of a constructor and its configuration:
//
//	Filter: filter.Factory(csvrec.New, csvrec.Config{Comma: ';'})
//
// It works with the constructors of this package and of those below it that
// have a configuration, and with those of other modules of the same form. The
// configuration is tried at once: like [Must], Factory panics if it is wrong.
func Factory[C any, F Filter](newFilter func(C) (F, error), config C) func() Filter {
	Must(newFilter(config))
	return func() Filter { return Must(newFilter(config)) }
}

package filter

// GrepConfig configures a [Grep]. Code is for both directions; or Get is for
// input and Put for output. A function returns true for records to pass on.
type GrepConfig struct {
	Code func(rec any) bool
	Get  func(rec any) bool
	Put  func(rec any) bool
}

// Grep is a [Layer] that passes some records on and drops the others. POE:
// POE::Filter::Grep.
type Grep struct{ get, put func(any) bool }

// NewGrep returns a Grep, or a *[ConfigError] if neither Code nor both Get and
// Put are set. If Code is set, the other two are not used.
func NewGrep(config GrepConfig) (*Grep, error) {
	if config.Code != nil {
		return &Grep{config.Code, config.Code}, nil
	}
	if err := needBoth("Grep", config.Get == nil, config.Put == nil); err != nil {
		return nil, err
	}
	return &Grep{config.Get, config.Put}, nil
}

// needBoth is the error for a pair of functions that is not complete.
func needBoth(filter string, noGet, noPut bool) error {
	switch {
	case noGet && noPut:
		return configError(filter, "Code", ErrMissing)
	case noGet:
		return configError(filter, "Get", ErrMissing)
	case noPut:
		return configError(filter, "Put", ErrMissing)
	}
	return nil
}

// Modify replaces the functions that config sets: first Code replaces both,
// then Get and Put replace one each. POE: modify.
func (g *Grep) Modify(config GrepConfig) {
	if config.Code != nil {
		g.get, g.put = config.Code, config.Code
	}
	if config.Get != nil {
		g.get = config.Get
	}
	if config.Put != nil {
		g.put = config.Put
	}
}

// Get appends rec if Get, or Code, accepts it.
func (g *Grep) Get(dst []any, rec any) ([]any, bool, error) {
	if g.get(rec) {
		dst = append(dst, rec)
	}
	return dst, true, nil
}

// Put appends the records that Put, or Code, accepts.
func (g *Grep) Put(dst []any, recs []any) ([]any, error) {
	for _, rec := range recs {
		if g.put(rec) {
			dst = append(dst, rec)
		}
	}
	return dst, nil
}

// CloneLayer returns a Grep with the same functions.
func (g *Grep) CloneLayer() Layer { c := *g; return &c }

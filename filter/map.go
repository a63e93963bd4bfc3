package filter

// MapConfig specifies what a [Map] makes of records. Code serves both directions;
// or Get serves input and Put output. A function returns what a record
// becomes: one record, several, or none. [Each] makes such functions.
type MapConfig struct {
	Code func(rec any) []any
	Get  func(rec any) []any
	Put  func(rec any) []any
}

// Map is a [Layer] that makes something else of each record.
//
// As in POE, an input record that becomes nothing ends that get: the records
// behind it wait for the next one. Behind another part of a [Stack] the stack
// continues by itself.
type Map struct{ get, put func(any) []any }

// NewMap returns a Map, or a *[ConfigError]: it needs Code, or Get and Put.
// With Code the other two are not used.
func NewMap(config MapConfig) (*Map, error) {
	if config.Code != nil {
		return &Map{config.Code, config.Code}, nil
	}
	if err := needBoth("Map", config.Get == nil, config.Put == nil); err != nil {
		return nil, err
	}
	return &Map{config.Get, config.Put}, nil
}

// Each makes a function for [Map] of one that takes one type of record and
// returns one record. Records of other types are left alone.
func Each[T any](f func(T) any) func(rec any) []any {
	return func(rec any) []any {
		if v, ok := rec.(T); ok {
			return []any{f(v)}
		}
		return []any{rec}
	}
}

// Modify replaces the functions that config has: Code both of them, then Get and
// Put one each.
func (m *Map) Modify(config MapConfig) {
	if config.Code != nil {
		m.get, m.put = config.Code, config.Code
	}
	if config.Get != nil {
		m.get = config.Get
	}
	if config.Put != nil {
		m.put = config.Put
	}
}

// Get appends what rec becomes, and ends this get if that is nothing.
func (m *Map) Get(dst []any, rec any) ([]any, bool, error) {
	out := m.get(rec)
	return append(dst, out...), len(out) > 0, nil
}

// Put appends what the records become.
func (m *Map) Put(dst []any, recs []any) ([]any, error) {
	for _, rec := range recs {
		dst = append(dst, m.put(rec)...)
	}
	return dst, nil
}

// CloneLayer returns a Map with the same functions.
func (m *Map) CloneLayer() Layer { c := *m; return &c }

package filter

// MapConfig configures a [Map]. Code is for both directions; or Get is for
// input and Put for output. A function returns what a record becomes: none, one
// or several records. [Each] makes such functions.
type MapConfig struct {
	Code func(rec any) []any
	Get  func(rec any) []any
	Put  func(rec any) []any
}

// Map is a [Layer] that replaces each record by none, one or several others.
// POE: POE::Filter::Map.
//
// As in POE, an input record that becomes nothing ends that get: the records
// after it wait for the next one. If the Map is not the first part of a
// [Stack], the stack continues by itself.
type Map struct{ get, put func(any) []any }

// NewMap returns a Map, or a *[ConfigError] if neither Code nor both Get and
// Put are set. If Code is set, the other two are not used.
func NewMap(config MapConfig) (*Map, error) {
	if config.Code != nil {
		return &Map{config.Code, config.Code}, nil
	}
	if err := needBoth("Map", config.Get == nil, config.Put == nil); err != nil {
		return nil, err
	}
	return &Map{config.Get, config.Put}, nil
}

// Each makes a function for [MapConfig] from a function that maps one record of
// type T to one record. Records of other types are passed on unchanged.
func Each[T any](f func(T) any) func(rec any) []any {
	return func(rec any) []any {
		if v, ok := rec.(T); ok {
			return []any{f(v)}
		}
		return []any{rec}
	}
}

// Modify replaces the functions that config sets: first Code replaces both,
// then Get and Put replace one each. POE: modify.
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

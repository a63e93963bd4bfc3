package storable

import (
	"cmp"
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// reflected writes a scalar of a type that scalar does not know by name.
func (w *writer) reflected(v any) error {
	if m, ok := v.(encoding.TextMarshaler); ok && !isNil(v) {
		return w.marshaler(m)
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Bool:
		w.bool(rv.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.int(rv.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.uint(rv.Uint())
	case reflect.Float32:
		w.float32(float32(rv.Float()))
	case reflect.Float64:
		w.float(rv.Float())
	case reflect.String:
		return w.string(rv.String())
	case reflect.Slice:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return w.bytes(rv.Bytes())
		}
		return w.reference(v)
	case reflect.Pointer:
		return w.pointer(rv)
	case reflect.Map, reflect.Array, reflect.Struct:
		return w.reference(v)
	default:
		return noForm(v)
	}
	return nil
}

func noForm(v any) error {
	return &ValueError{Type: reflect.TypeOf(v), Msg: "no form in Perl"}
}

func (w *writer) marshaler(m encoding.TextMarshaler) error {
	text, err := m.MarshalText()
	if err != nil {
		return &ValueError{Type: reflect.TypeOf(m), Msg: "MarshalText", Err: err}
	}
	return w.string(string(text))
}

// float32 writes the shortest decimal that is the same float32, where a
// decimal is written.
func (w *writer) float32(f float32) {
	if !w.Native && f-f == 0 {
		w.number(strconv.AppendFloat(nil, float64(f), 'g', -1, 32))
		return
	}
	w.float(float64(f))
}

// pointer writes what a pointer points to, where a scalar belongs. Pointers to
// structs keep their identity.
func (w *writer) pointer(rv reflect.Value) error {
	if rv.IsNil() {
		w.op(opUndef)
		return nil
	}
	if rv.Elem().Kind() == reflect.Struct && !isShape(rv.Elem()) {
		return w.reference(rv.Interface())
	}
	if err := w.enter(); err != nil { // a pointer to itself, perhaps
		return err
	}
	defer func() { w.depth-- }()
	return w.scalar(rv.Elem().Interface())
}

// isShape reports whether v is one of the package's own types that are written
// by value.
func isShape(v reflect.Value) bool {
	switch v.Interface().(type) {
	case VString, encoding.TextMarshaler:
		return true
	}
	return false
}

// reflectedReferent writes what v refers to, of a type that referent does not
// know by name.
func (w *writer) reflectedReferent(v any) error {
	if _, ok := v.(encoding.TextMarshaler); ok {
		return notReference(v)
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Slice, reflect.Array:
		if rv.Kind() == reflect.Slice && rv.Type().Elem().Kind() == reflect.Uint8 {
			return notReference(v)
		}
		return w.reflectedArray(rv)
	case reflect.Map:
		return w.reflectedMap(rv)
	case reflect.Struct:
		if isShape(rv) {
			return notReference(v)
		}
		return w.structure(rv)
	case reflect.Pointer:
		if rv.Elem().Kind() == reflect.Struct && !isShape(rv.Elem()) {
			return w.structure(rv.Elem())
		}
		if elem := rv.Elem(); elem.CanInterface() && !isNil(elem.Interface()) {
			return w.referent(elem.Interface())
		}
		return notReference(v)
	case reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return noForm(v)
	}
	return notReference(v)
}

func (w *writer) reflectedArray(rv reflect.Value) error {
	if err := w.arrayHead(rv.Interface(), rv.Len()); err != nil {
		return err
	}
	for i := range rv.Len() {
		if err := w.scalar(rv.Index(i).Interface()); err != nil {
			return err
		}
	}
	return nil
}

// field is a pair of a hash to be.
type field struct {
	key string
	val reflect.Value
}

func (w *writer) reflectedMap(rv reflect.Value) error {
	fields := make([]field, 0, rv.Len())
	for it := rv.MapRange(); it.Next(); {
		key, err := mapKey(it.Key())
		if err != nil {
			return err
		}
		fields = append(fields, field{key, it.Value()})
	}
	return w.fields(rv, fields)
}

func mapKey(k reflect.Value) (string, error) {
	if m, ok := k.Interface().(encoding.TextMarshaler); ok && k.Kind() != reflect.String {
		if isNil(m) {
			return "", nil
		}
		text, err := m.MarshalText()
		if err != nil {
			return "", &ValueError{Type: k.Type(), Msg: "MarshalText", Err: err}
		}
		return string(text), nil
	}
	switch {
	case k.Kind() == reflect.String:
		return k.String(), nil
	case k.CanInt():
		return strconv.FormatInt(k.Int(), 10), nil
	case k.CanUint():
		return strconv.FormatUint(k.Uint(), 10), nil
	}
	return "", &ValueError{Type: k.Type(), Msg: "no hash key"}
}

// structure writes a struct as a hash of its exported fields.
func (w *writer) structure(rv reflect.Value) error {
	var fields []field
	for _, f := range reflect.VisibleFields(rv.Type()) {
		name, omit, ok := keyOf(f)
		if !ok {
			continue
		}
		val, err := rv.FieldByIndexErr(f.Index)
		if err != nil || omit && val.IsZero() { // err: in a nil embedded struct
			continue
		}
		fields = append(fields, field{name, val})
	}
	return w.fields(rv, fields)
}

// keyOf returns the hash key for a field; ok is false for one that has none.
func keyOf(f reflect.StructField) (name string, omitEmpty, ok bool) {
	tag, _ := f.Tag.Lookup("storable")
	name, opts, _ := strings.Cut(tag, ",")
	embedded := f.Anonymous && name == "" && indirect(f.Type).Kind() == reflect.Struct
	if !f.IsExported() || embedded || tag == "-" {
		return "", false, false
	}
	return cmp.Or(name, f.Name), opts == "omitempty", true
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (w *writer) fields(rv reflect.Value, fields []field) error {
	if w.Canonical {
		slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.key, b.key) })
	}
	marked, err := w.hashHead(rv.Interface(), len(fields), func(yield func(string) bool) {
		for _, f := range fields {
			if !yield(f.key) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	for _, f := range fields {
		if err := w.pair(f.key, f.val.Interface(), marked); err != nil {
			return err
		}
	}
	return nil
}

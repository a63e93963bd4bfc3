package recordfile

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A value is encoded by its type: scalars, text, lists and tables as what they
// are in CBOR; a struct as the list of its fields; what marshals itself, as a
// time does, as the bytes or the text that it makes. In an interface a value has
// the name of its type in front, [type, value]. Errors keep their text and what
// they wrap.

// ErrOpaque is wrapped by the error of a value that means nothing outside of its
// program: a channel, a function, a struct with fields that are not exported, a
// type that is not registered.
var ErrOpaque = errors.New("the value cannot be recorded")

// maxDepth bounds how deeply values are nested.
const maxDepth = 64

// Extern encodes and decodes the types that only the caller knows, such as
// handles. Both may be nil.
type Extern struct {
	// Encode returns what stands for v, and false if it is no such value.
	Encode func(v any) (name string, data []byte, ok bool)
	// Decode returns the value that the data of that name stands for.
	Decode func(name string, data []byte) (any, error)
	// Types are the types that Encode knows.
	Types map[reflect.Type]bool
}

var (
	binaryMarshaler = reflect.TypeFor[encoding.BinaryMarshaler]()
	binaryReader    = reflect.TypeFor[encoding.BinaryUnmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textReader      = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// AppendValue appends v, with its type as any has one.
func AppendValue(b []byte, v any, x *Extern) ([]byte, error) {
	return x.appendAny(b, v, 0)
}

// AppendTyped appends v by its type alone; DecodeTyped must be given the same
// type.
func AppendTyped(b []byte, v reflect.Value, x *Extern) ([]byte, error) {
	return x.append(b, v, 0)
}

// Value reads what AppendValue has written.
func Value(data []byte, x *Extern) (any, error) {
	r := &cborReader{data: data}
	v, err := x.any(r, 0)
	return v, r.check(err)
}

// DecodeTyped reads what AppendTyped has written into v, which can be set.
func DecodeTyped(data []byte, v reflect.Value, x *Extern) error {
	r := &cborReader{data: data}
	return r.check(x.read(r, v, 0))
}

// check returns err, or the fault of the data, or that there is more of them.
func (r *cborReader) check(err error) error {
	switch {
	case r.fault != "":
		return fmt.Errorf("recorded value: %s", r.fault)
	case err == nil && r.at < len(r.data):
		return fmt.Errorf("recorded value: %d bytes too many", len(r.data)-r.at)
	}
	return err
}

func opaque(t reflect.Type, why string) error {
	return fmt.Errorf("%w: %s %s", ErrOpaque, t, why)
}

func (x *Extern) appendAny(b []byte, v any, depth int) ([]byte, error) {
	if v == nil {
		return append(b, cborNull), nil
	}
	if x != nil && x.Encode != nil {
		if name, data, ok := x.Encode(v); ok {
			return appendBytes(appendText(appendHead(b, majorArray, 2), name), data), nil
		}
	}
	t := reflect.TypeOf(v)
	name, ok := nameOf(t)
	if !ok {
		if err, is := v.(error); is {
			return x.appendError(b, err, depth)
		}
		return nil, opaque(t, "is not registered")
	}
	if err, is := v.(error); is && !marshals(t) && t.Kind() == reflect.Pointer && hidden(t.Elem()) {
		return x.appendError(b, err, depth)
	}
	return x.append(appendText(appendHead(b, majorArray, 2), name), reflect.ValueOf(v), depth+1)
}

// hidden reports whether a struct has fields that are not exported.
func hidden(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return true
		}
	}
	return false
}

// appendError writes an error of a type that is not registered: its text, and
// the errors that it wraps.
func (x *Extern) appendError(b []byte, err error, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, opaque(reflect.TypeOf(err), "is nested too deeply")
	}
	if name, ok := sentinelName(err); ok {
		return appendText(appendText(appendHead(b, majorArray, 2), "sentinel"), name), nil
	}
	b = appendText(appendHead(b, majorArray, 2), "error")
	var causes []error
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		if cause := err.Unwrap(); cause != nil {
			causes = append(causes, cause)
		}
	case interface{ Unwrap() []error }:
		causes = err.Unwrap()
	}
	b = appendText(appendHead(b, majorArray, uint64(1+len(causes))), err.Error())
	for _, cause := range causes {
		var failed error
		if b, failed = x.appendAny(b, cause, depth+1); failed != nil {
			return nil, failed
		}
	}
	return b, nil
}

// marshals reports whether a type encodes itself and decodes itself.
func marshals(t reflect.Type) bool {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return false // such as net.IP, whose text does not say how long it is
	}
	return t.Implements(binaryMarshaler) && reflect.PointerTo(t).Implements(binaryReader) ||
		t.Implements(textMarshaler) && reflect.PointerTo(t).Implements(textReader)
}

func (x *Extern) append(b []byte, v reflect.Value, depth int) ([]byte, error) {
	t := v.Type()
	if depth > maxDepth {
		return nil, opaque(t, "is nested too deeply")
	}
	if x != nil && x.Types[t] {
		return x.appendAny(b, v.Interface(), depth)
	}
	if t.Kind() != reflect.Interface && marshals(t) {
		return appendMarshaled(b, v)
	}
	switch t.Kind() {
	case reflect.Bool:
		return appendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt(b, v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return appendHead(b, majorUint, v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return appendFloat(b, v.Float()), nil
	case reflect.String:
		return appendText(b, v.String()), nil
	case reflect.Interface:
		if v.IsNil() {
			return append(b, cborNull), nil
		}
		return x.appendAny(b, v.Interface(), depth+1)
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, cborNull), nil
		}
		return x.append(appendHead(b, majorArray, 1), v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return x.appendList(b, v, depth)
	case reflect.Map:
		return x.appendMap(b, v, depth)
	case reflect.Struct:
		return x.appendStruct(b, v, depth)
	}
	return nil, opaque(t, "is of no kind that can be written")
}

func appendMarshaled(b []byte, v reflect.Value) ([]byte, error) {
	var data []byte
	var err error
	if m, ok := v.Interface().(encoding.BinaryMarshaler); ok && reflect.PointerTo(v.Type()).Implements(binaryReader) {
		data, err = m.MarshalBinary()
	} else {
		data, err = v.Interface().(encoding.TextMarshaler).MarshalText()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrOpaque, v.Type(), err)
	}
	return appendBytes(b, data), nil
}

func (x *Extern) appendList(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return append(b, cborNull), nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		if v.Kind() == reflect.Slice {
			return appendBytes(b, v.Bytes()), nil
		}
		b = appendHead(b, majorBytes, uint64(v.Len()))
		for i := range v.Len() {
			b = append(b, byte(v.Index(i).Uint()))
		}
		return b, nil
	}
	b = appendHead(b, majorArray, uint64(v.Len()))
	var err error
	for i := range v.Len() {
		if b, err = x.append(b, v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// appendMap sorts the encoded keys, so that equal maps are equal bytes.
func (x *Extern) appendMap(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.IsNil() {
		return append(b, cborNull), nil
	}
	encoded := make(map[string]reflect.Value, v.Len())
	for key, value := range v.Seq2() {
		k, err := x.append(nil, key, depth+1)
		if err != nil {
			return nil, err
		}
		encoded[string(k)] = value
	}
	b = appendHead(b, majorMap, uint64(v.Len()))
	var err error
	for _, key := range slices.Sorted(maps.Keys(encoded)) {
		b = append(b, key...)
		if b, err = x.append(b, encoded[key], depth+1); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (x *Extern) appendStruct(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if hidden(v.Type()) {
		return nil, opaque(v.Type(), "has fields that are not exported")
	}
	b = appendHead(b, majorArray, uint64(v.NumField()))
	var err error
	for i := range v.NumField() {
		if b, err = x.append(b, v.Field(i), depth+1); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// any reads a value with its type in front.
func (x *Extern) any(r *cborReader, depth int) (any, error) {
	if r.null() {
		return nil, nil
	}
	if depth > maxDepth {
		return nil, errors.New("recorded value: nested too deeply")
	}
	if n := r.array(); n != 2 {
		r.fail("a value with its type is expected")
		return nil, nil
	}
	name := r.text()
	if r.fault != "" {
		return nil, nil
	}
	switch {
	case name == "error":
		return x.error(r, depth)
	case name == "sentinel":
		if text := r.text(); r.fault == "" {
			return sentinel(text)
		}
		return nil, nil
	case strings.HasPrefix(name, externPrefix) && x != nil && x.Decode != nil:
		data := r.bytes()
		if r.fault != "" {
			return nil, nil
		}
		return x.Decode(name, data)
	}
	t, err := typeOf(name)
	if err != nil {
		return nil, err
	}
	v := reflect.New(t).Elem()
	if err := x.read(r, v, depth+1); err != nil {
		return nil, err
	}
	return v.Interface(), nil
}

// externPrefix starts the names that Extern gives.
const externPrefix = "@"

// recordedError is an error of a type that only the recorded program had.
type recordedError struct {
	text   string
	causes []error
}

func (e *recordedError) Error() string   { return e.text }
func (e *recordedError) Unwrap() []error { return e.causes }

func (x *Extern) error(r *cborReader, depth int) (any, error) {
	n := r.array()
	if n == 0 {
		r.fail("an error without a text")
		return nil, nil
	}
	e := &recordedError{text: r.text()}
	for i := 1; i < n && r.fault == ""; i++ {
		cause, err := x.any(r, depth+1)
		if err != nil {
			return nil, err
		}
		if cause, ok := cause.(error); ok {
			e.causes = append(e.causes, cause)
		}
	}
	return e, nil
}

func (x *Extern) read(r *cborReader, v reflect.Value, depth int) error {
	t := v.Type()
	if depth > maxDepth {
		return errors.New("recorded value: nested too deeply")
	}
	if x != nil && x.Types[t] || t.Kind() == reflect.Interface {
		return x.readInterface(r, v, depth)
	}
	if marshals(t) {
		return readMarshaled(r, v)
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(r.boolean())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := r.int()
		if v.OverflowInt(n) {
			r.fail("a number does not fit into its type")
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n := r.uint()
		if v.OverflowUint(n) {
			r.fail("a number does not fit into its type")
		}
		v.SetUint(n)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.float())
	case reflect.String:
		v.SetString(r.text())
	case reflect.Pointer:
		if r.null() {
			return nil
		}
		if r.array() != 1 {
			r.fail("a pointer is expected")
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return x.read(r, v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return x.readList(r, v, depth)
	case reflect.Map:
		return x.readMap(r, v, depth)
	case reflect.Struct:
		return x.readStruct(r, v, depth)
	default:
		return opaque(t, "is of no kind that can be read")
	}
	return nil
}

func (x *Extern) readInterface(r *cborReader, v reflect.Value, depth int) error {
	got, err := x.any(r, depth+1)
	if err != nil || got == nil {
		return err
	}
	value := reflect.ValueOf(got)
	if !value.Type().AssignableTo(v.Type()) {
		return fmt.Errorf("recorded value: a %s where a %s is expected", value.Type(), v.Type())
	}
	v.Set(value)
	return nil
}

func readMarshaled(r *cborReader, v reflect.Value) (err error) {
	data := r.bytes()
	if r.fault != "" {
		return nil
	}
	switch m := v.Addr().Interface().(type) {
	case encoding.BinaryUnmarshaler:
		err = m.UnmarshalBinary(data)
	case encoding.TextUnmarshaler:
		err = m.UnmarshalText(data)
	}
	if err != nil {
		return fmt.Errorf("recorded value: %s: %w", v.Type(), err)
	}
	return nil
}

func (x *Extern) readList(r *cborReader, v reflect.Value, depth int) error {
	slice := v.Kind() == reflect.Slice
	if slice && r.null() {
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		data := r.bytes()
		if slice {
			v.SetBytes(append([]byte{}, data...))
			return nil
		}
		if len(data) != v.Len() {
			r.fail("an array has another length")
			return nil
		}
		reflect.Copy(v, reflect.ValueOf(data))
		return nil
	}
	n := r.array()
	if !slice && n != v.Len() {
		r.fail("an array has another length")
		return nil
	}
	if slice {
		v.Set(reflect.MakeSlice(v.Type(), 0, min(n, 1024)))
	}
	for i := 0; i < n && r.fault == ""; i++ {
		if slice {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		}
		if err := x.read(r, v.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (x *Extern) readMap(r *cborReader, v reflect.Value, depth int) error {
	if r.null() {
		return nil
	}
	n := r.count(majorMap, "a table")
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i < n && r.fault == ""; i++ {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := x.read(r, key, depth+1); err != nil {
			return err
		}
		if err := x.read(r, value, depth+1); err != nil {
			return err
		}
		if !key.Comparable() {
			r.fail("a table has a key that is none")
			return nil
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

func (x *Extern) readStruct(r *cborReader, v reflect.Value, depth int) error {
	if hidden(v.Type()) {
		return opaque(v.Type(), "has fields that are not exported")
	}
	if n := r.array(); n != v.NumField() {
		r.fail(fmt.Sprintf("%s has another number of fields", v.Type()))
		return nil
	}
	for i := range v.NumField() {
		if err := x.read(r, v.Field(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

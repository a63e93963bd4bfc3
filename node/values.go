package node

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// maxNesting is how deep lists, maps and structs may lie in each other.
const maxNesting = 32

var timeType = reflect.TypeFor[time.Time]()

// prepareList checks that values may travel and turns errors into what stands
// for them. The list is copied only if something changes.
func (c *CBOR) prepareList(values []any, depth int) ([]any, error) {
	if values == nil {
		return []any{}, nil
	}
	out, copied := values, false
	for i, v := range values {
		ready, changed, err := c.prepare(v, depth+1)
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i, err)
		}
		if !changed {
			continue
		}
		if !copied {
			out, copied = append([]any(nil), values...), true
		}
		out[i] = ready
	}
	return out, nil
}

// prepare checks one value; changed says that another has to travel for it.
func (c *CBOR) prepare(v any, depth int) (ready any, changed bool, err error) {
	if depth > maxNesting-2 {
		return nil, false, fmt.Errorf("nested deeper than %d", maxNesting-2)
	}
	switch v := v.(type) {
	case nil, bool, string, []byte, int, int8, int16, int32, int64, uint8, uint16, uint32, float32, float64, time.Time, []string, []int, []float64:
		return v, false, nil
	case uint:
		return v, false, checkUnsigned(uint64(v))
	case uint64:
		return v, false, checkUnsigned(v)
	case []any:
		list, err := c.prepareList(v, depth)
		return list, true, err
	case map[string]any:
		m, err := c.prepareMap(v, depth)
		return m, true, err
	case error:
		return wireError{Code: codeOf(v), Text: cut(v.Error())}, true, nil
	}
	if err := c.checkType(reflect.TypeOf(v), 0); err != nil {
		return nil, false, err
	}
	return v, false, c.checkInside(reflect.ValueOf(v), depth)
}

func (c *CBOR) prepareMap(m map[string]any, depth int) (map[string]any, error) {
	out := make(map[string]any, len(m))
	for key, v := range m {
		ready, _, err := c.prepare(v, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
		out[key] = ready
	}
	return out, nil
}

func checkUnsigned(n uint64) error {
	if n > math.MaxInt64 {
		return fmt.Errorf("%d is more than an int64 holds", n)
	}
	return nil
}

// checkType reports whether values of a type can travel, whatever they are.
func (c *CBOR) checkType(t reflect.Type, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%s contains itself", t)
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return nil
		}
	case reflect.Slice, reflect.Array:
		return c.checkType(t.Elem(), depth+1)
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return c.checkType(t.Elem(), depth+1)
		}
		return fmt.Errorf("%s: only strings are keys", t)
	case reflect.Struct:
		if t == timeType || c.types[t] {
			return nil
		}
		return fmt.Errorf("%s is not registered", t)
	}
	return fmt.Errorf("%s cannot travel", t)
}

// checkInside looks at what the type does not tell: values behind interfaces,
// and integers that are too large. An error behind an interface has no name
// there that would bring it back, so it is refused.
func (c *CBOR) checkInside(v reflect.Value, depth int) error {
	if depth > maxNesting-2 {
		return fmt.Errorf("nested deeper than %d", maxNesting-2)
	}
	switch v.Kind() {
	case reflect.Uint, reflect.Uint64:
		return checkUnsigned(v.Uint())
	case reflect.Interface:
		if v.IsNil() {
			return nil
		}
		if err := c.checkType(v.Elem().Type(), 0); err != nil {
			return err
		}
		return c.checkInside(v.Elem(), depth)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := c.checkInside(v.Index(i), depth+1); err != nil {
				return err
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if err := c.checkInside(it.Value(), depth+1); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if v.Type() == timeType {
			return nil
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				if err := c.checkInside(v.Field(i), depth+1); err != nil {
					return fmt.Errorf("%s.%s: %w", v.Type(), v.Type().Field(i).Name, err)
				}
			}
		}
	}
	return nil
}

// restore turns what stands for errors into errors, in place.
func restore(v any) any {
	switch v := v.(type) {
	case wireError:
		if v.Code == codeNone {
			v.Code = codeOther
		}
		return remoteError(v.Code, v.Text)
	case []any:
		for i := range v {
			v[i] = restore(v[i])
		}
	case map[string]any:
		for key, value := range v {
			v[key] = restore(value)
		}
	}
	return v
}

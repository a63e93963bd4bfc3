package kernel

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// The bounds of what plainValue shows.
const (
	plainDepth = 12      // of nested values
	plainItems = 200     // of a list or table
	plainText  = 1000    // of a text, in bytes
	plainTotal = 100_000 // of all values
)

// plainValue makes a value of maps, lists and texts for JSON: structs with all
// their fields, exported or not, pointers followed, each once. It changes and
// calls nothing but MarshalText of exported values, and is bounded.
func plainValue(v any) any {
	p := &plainer{left: plainTotal, seen: map[uintptr]bool{}}
	return p.plain(reflect.ValueOf(v), 0)
}

type plainer struct {
	left int
	seen map[uintptr]bool // pointers on the way here
}

func (p *plainer) plain(v reflect.Value, depth int) any {
	if !v.IsValid() {
		return nil
	}
	if p.left--; p.left < 0 || depth > plainDepth {
		return "..."
	}
	if known, ok := p.known(v); ok {
		return known
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return v.Uint()
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return fmt.Sprint(v)
	case reflect.String:
		return shortText(v.String())
	case reflect.Interface:
		return p.plain(v.Elem(), depth)
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if p.seen[v.Pointer()] {
			return "(seen above: " + v.Type().String() + ")"
		}
		p.seen[v.Pointer()] = true
		defer delete(p.seen, v.Pointer())
		return p.plain(v.Elem(), depth)
	case reflect.Slice, reflect.Array:
		return p.list(v, depth)
	case reflect.Map:
		return p.table(v, depth)
	case reflect.Struct:
		fields := map[string]any{}
		for i := range v.NumField() {
			fields[v.Type().Field(i).Name] = p.plain(v.Field(i), depth+1)
		}
		return fields
	}
	return "(" + v.Type().String() + ")"
}

// known are the values that are shown by a text of their own.
func (p *plainer) known(v reflect.Value) (any, bool) {
	switch v.Type() {
	case reflect.TypeFor[Kernel](), reflect.TypeFor[entry]():
		return "(" + v.Type().String() + ")", true
	case reflect.TypeFor[Handle]():
		return v.FieldByName("name").String(), true
	}
	if !v.CanInterface() || v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		return nil, false
	}
	switch x := v.Interface().(type) {
	case ID:
		return x.String(), true
	case encoding.TextMarshaler:
		if text, err := x.MarshalText(); err == nil {
			return shortText(string(text)), true
		}
	}
	return nil, false
}

func (p *plainer) list(v reflect.Value, depth int) any {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
		return shortText(string(v.Bytes()))
	}
	list := []any{}
	for i := range min(v.Len(), plainItems) {
		list = append(list, p.plain(v.Index(i), depth+1))
	}
	if v.Len() > plainItems {
		list = append(list, fmt.Sprintf("... %d more", v.Len()-plainItems))
	}
	return list
}

func (p *plainer) table(v reflect.Value, depth int) any {
	if v.IsNil() {
		return nil
	}
	table := map[string]any{}
	for key, value := range v.Seq2() {
		if len(table) == plainItems {
			table["..."] = fmt.Sprintf("%d more", v.Len()-plainItems)
			break
		}
		table[fmt.Sprint(key)] = p.plain(value, depth+1)
	}
	return table
}

// shortText bounds a text, and quotes what is none.
func shortText(s string) string {
	more := ""
	if len(s) > plainText {
		s, more = s[:plainText], fmt.Sprintf("... %d more bytes", len(s)-plainText)
	}
	return strings.ToValidUTF8(s, "\uFFFD") + more
}

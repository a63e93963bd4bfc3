package inspect

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gopoe/poe/kernel"
)

// What is shown of a value is bounded: a heap may hold anything. Text counts as one
// more value for every textPart bytes.
const (
	showDepth  = 6
	showItems  = 100
	showText   = 1000
	showValues = 1000
	textPart   = 50
)

// shower turns values into what JSON can show. It calls no methods of the
// program's: they might wait, panic, or change something.
type shower struct{ left int }

// show returns a value as JSON can show it: structs are objects in the order of
// their fields' names, what is left out is said in words.
func show(v any) any {
	s := &shower{left: showValues}
	return s.value(reflect.ValueOf(v), 0)
}

func showAll(values []any) []any {
	s := &shower{left: showValues}
	all := make([]any, 0, min(len(values), showItems))
	for _, v := range values[:min(len(values), showItems)] {
		all = append(all, s.value(reflect.ValueOf(v), 0))
	}
	return all
}

func (s *shower) value(v reflect.Value, depth int) any {
	if s.left--; s.left < 0 {
		return "…"
	}
	if !v.IsValid() {
		return nil
	}
	if text, ok := known(v); ok {
		return text
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		s.left -= min(v.Len(), showText) / textPart
		return clip(v.String(), showText)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return whole(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if n := v.Uint(); n > 1<<53 {
			return strconv.FormatUint(n, 10)
		}
		return v.Uint()
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Sprint(f)
		}
		return v.Float()
	case reflect.Complex64, reflect.Complex128:
		return fmt.Sprint(v.Complex())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.IsNil() {
			return nil
		}
		return v.Type().String()
	}
	if depth == showDepth {
		return v.Type().String() + " …"
	}
	return s.composite(v, depth)
}

func (s *shower) composite(v reflect.Value, depth int) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return s.value(v.Elem(), depth+1)
	case reflect.Struct:
		object := map[string]any{}
		for i := range min(v.NumField(), showItems) {
			object[v.Type().Field(i).Name] = s.value(v.Field(i), depth+1)
		}
		return object
	case reflect.Map:
		return s.table(v, depth)
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			s.left -= min(v.Len(), showText) / textPart
			return bytesText(v)
		}
		list := make([]any, 0, min(v.Len(), showItems))
		for i := range min(v.Len(), showItems) {
			list = append(list, s.value(v.Index(i), depth+1))
		}
		if v.Len() > showItems {
			list = append(list, fmt.Sprintf("… %d more", v.Len()-showItems))
		}
		return list
	}
	return v.Type().String()
}

func (s *shower) table(v reflect.Value, depth int) any {
	if v.IsNil() {
		return nil
	}
	object, n := map[string]any{}, 0
	for entry := v.MapRange(); entry.Next(); n++ {
		if n == showItems {
			object["…"] = fmt.Sprintf("%d more", v.Len()-showItems)
			break
		}
		key, ok := s.value(entry.Key(), showDepth).(string)
		if !ok {
			key = fmt.Sprint(s.value(entry.Key(), showDepth))
		}
		object[key] = s.value(entry.Value(), depth+1)
	}
	return object
}

// known shows values of types whose fields say nothing.
func known(v reflect.Value) (string, bool) {
	switch v.Type() {
	case reflect.TypeFor[time.Duration]():
		return time.Duration(v.Int()).String(), true
	case reflect.TypeFor[*kernel.Kernel]():
		return "kernel", true
	}
	if !v.CanInterface() {
		if v.Type() == reflect.TypeFor[kernel.ID]() || v.Type() == reflect.TypeFor[time.Time]() {
			return v.Type().String(), true // an unexported field: its value is not to be had
		}
		return "", false
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x.Format(time.RFC3339Nano), true
	case kernel.ID:
		return "session " + x.String(), true
	case *kernel.Handle:
		return "handle " + x.String(), true
	case *kernel.OpError:
		if x != nil {
			return x.Error(), true
		}
	}
	return "", false
}

func whole(n int64) any {
	if n > 1<<53 || n < -1<<53 {
		return strconv.FormatInt(n, 10)
	}
	return n
}

func bytesText(v reflect.Value) string {
	n := min(v.Len(), showText)
	text := make([]byte, n)
	if v.Kind() == reflect.Slice || v.CanAddr() {
		copy(text, v.Bytes())
	} else {
		for i := range n {
			text[i] = byte(v.Index(i).Uint())
		}
	}
	if !utf8.Valid(text) {
		return fmt.Sprintf("%d bytes: %x", v.Len(), text[:min(n, 64)])
	}
	if v.Len() > n {
		return string(text) + fmt.Sprintf("… %d bytes more", v.Len()-n)
	}
	return string(text)
}

func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n] + fmt.Sprintf("… %d bytes more", len(s)-n)
	}
	return strings.ToValidUTF8(s, "�")
}

// brief shows a value in a few characters, without its inside.
func brief(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return strconv.Quote(clip(v, 80))
	case []byte:
		return strconv.Quote(clip(string(v[:min(len(v), 80)]), 80))
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, time.Duration:
		return fmt.Sprint(v)
	case kernel.ID:
		return "session " + v.String()
	case *kernel.Handle:
		return "handle " + v.String()
	}
	return clip(fmt.Sprint(show2(v)), 80)
}

// show2 shows little of a value.
func show2(v any) any {
	s := &shower{left: 20}
	return s.value(reflect.ValueOf(v), showDepth-2)
}

func briefAll(args []any) string {
	var b strings.Builder
	for i, a := range args {
		if i == 8 || b.Len() > 200 {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(brief(a))
	}
	return b.String()
}

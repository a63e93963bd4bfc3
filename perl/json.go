//go:build linux

package perl

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"
)

// EncodeJSON returns v in JSON, with sorted keys. It dies if JSON cannot
// represent v.
func EncodeJSON(v any) string {
	var b strings.Builder
	writeJSON(&b, v)
	return b.String()
}

func writeJSON(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int, float64:
		b.WriteString(Str(v))
	case *Array:
		b.WriteByte('[')
		for i, x := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, x)
		}
		b.WriteByte(']')
	case *Hash:
		keys := v.Keys()
		sort.Slice(keys, func(i, j int) bool { return Str(keys[i]) < Str(keys[j]) })
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, Str(k))
			b.WriteByte(':')
			writeJSON(b, v.Get(Str(k)))
		}
		b.WriteByte('}')
	case *Ref:
		b.WriteString(If(True(v.Get()), "true", "false"))
	default:
		if RefType(v) != "" {
			Die("encountered object '%s', but neither allow_blessed, convert_blessed nor allow_tags settings are enabled", Str(v))
		}
		text, _ := json.Marshal(Str(v))
		b.Write(text)
	}
}

// DecodeJSON returns the value of a JSON text. It dies if the text is not valid
// JSON.
func DecodeJSON(s string) any {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		Die("malformed JSON string: %v", err)
	}
	return fromJSON(v)
}

func fromJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		h := NewHash()
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			h.Set(k, fromJSON(v[k]))
		}
		return h
	case []any:
		a := NewArray()
		for _, x := range v {
			a.Push(fromJSON(x))
		}
		return a
	case float64:
		return narrow(v)
	}
	return v
}

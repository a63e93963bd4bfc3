package kernel

import (
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strconv"
	"syscall"
	"time"
	"unicode/utf8"
)

// jsonTraceVariable is the environment variable that makes the first kernel of a
// program write its events, as [Trace] has them, to the file which it names. The file
// must not exist yet, so that neither a second kernel nor a child process writes
// in between.
const jsonTraceVariable = "POE_RECORD"

// logAsJSON makes what is logged go to w as well, as Trace.JSON has it.
func (k *Kernel) logAsJSON(w io.Writer) {
	portable := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: portableAttr})
	k.logger = slog.New(slog.NewMultiHandler(k.logger.Handler(), portable))
}

// traceAsJSON traces events as JSON if the environment asks for it.
func (k *Kernel) traceAsJSON() (asked traceSet) {
	name := os.Getenv(jsonTraceVariable)
	if name == "" {
		return 0
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		k.warn("no record of the events", "variable", jsonTraceVariable, "error", err)
		return 0
	}
	k.logAsJSON(f)
	return traceEvents
}

func portableAttr(groups []string, a slog.Attr) slog.Attr {
	switch {
	case len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey):
		return slog.Attr{}
	case a.Value.Kind() == slog.KindAny:
		a.Value = slog.AnyValue(portable(a.Value.Any(), 0))
	}
	return a
}

// maxDepth is how deep a record follows nested values.
const maxDepth = 8

// opaque stands for a value that means nothing outside of its program.
type opaque struct {
	Type string `json:"opaque"`
}

type portableSession struct {
	Number  uint64   `json:"session"` // 0 is the kernel
	Aliases []string `json:"aliases,omitempty"`
}

// portable makes of a value what Perl would see: null, a string, a list, a
// table, a session, or something opaque.
func portable(v any, depth int) any {
	switch v := v.(type) {
	case nil:
		return nil
	case ID:
		return portableID(v)
	case []byte:
		return portableText(string(v))
	case bool:
		if v {
			return "1"
		}
		return ""
	case syscall.Errno:
		return strconv.Itoa(int(v))
	case time.Duration:
		return portableFloat(v.Seconds())
	case time.Time:
		return portableFloat(float64(v.UnixNano()) / 1e9)
	case *Handle:
		return opaque{"handle"}
	case error:
		return portableText(v.Error())
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			return portableText(string(text))
		}
	}
	return portableKind(reflect.ValueOf(v), depth)
}

func portableKind(v reflect.Value, depth int) any {
	switch {
	case depth == maxDepth:
		return opaque{"too deep"}
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		return portableFloat(v.Float())
	}
	switch v.Kind() {
	case reflect.String:
		return portableText(v.String())
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = portable(v.Index(i).Interface(), depth+1)
		}
		return list
	case reflect.Map:
		table := make(map[string]any, v.Len())
		for key, value := range v.Seq2() {
			table[fmt.Sprint(key)] = portable(value.Interface(), depth+1)
		}
		return table
	}
	return opaque{v.Type().String()}
}

func portableID(id ID) any {
	if id.s == nil {
		return nil
	}
	return portableSession{Number: id.s.num, Aliases: id.s.aliases.Load().names()}
}

// portableFloat prints a number as Perl does.
func portableFloat(f float64) string { return strconv.FormatFloat(f, 'g', 15, 64) }

// portableText keeps text, and turns bytes that are none into one character
// each, since JSON has no other way.
func portableText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

package docs_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// given are the variables that fragments of code find: a handler's event and
// kernel, a session, a handle, the wheels. The pages say so.
var given = map[string]string{
	"k": "*kernel.Kernel", "e": "kernel.Event", "id": "kernel.ID", "h": "*kernel.Handle",
	"alarm": "kernel.AlarmID", "at": "time.Time", "err": "error", "ctx": "context.Context",
	"n": "int", "i": "int", "pid": "int", "text": "string", "waiting": "bool", "offset": "int64", "data": "[]byte", "value": "any",
	"on": "kernel.Handler", "handlers": "session.Funcs", "states": "session.States[heap]", "object": "*heap", "hp": "*heap",
	"s": "*session.Session", "m": "*nfa.Machine", "doors": "nfa.States[door]", "ne": "nfa.Event",
	"w": "*readwrite.Wheel", "sf": "*socketfactory.Wheel", "la": "*listenaccept.Wheel", "ft": "*followtail.Wheel", "child": "*run.Wheel", "reader": "*readline.Wheel",
	"f": "filter.Filter", "b": "*filter.Buffer", "serializer": "filter.Serializer", "grep": "*filter.Grep", "mapping": "*filter.Map",
	"blocks": "*filter.RecordBlock", "stack": "*filter.Stack", "wanted": "func(any) bool", "split": "func(any) []any",
	"prefix": "func(dst, block []byte) []byte", "length": "func([]byte) (int64, int, error)", "drv": "*driver.SysRW",
	"l": "*servertcp.Listener", "c": "*servertcp.Client", "input": "servertcp.InputHandler",
}

// clientGiven are those that differ for the client's component.
var clientGiven = map[string]string{"c": "*clienttcp.Client", "input": "clienttcp.InputHandler"}

// givenTypes are a heap and a machine's runstate, for fragments.
var givenTypes = map[string]string{
	"heap": "type heap struct{ n int }\nfunc (h *heap) tick(e kernel.Event) {}\n",
	"door": "type door struct{ n int }\n",
}

var word = regexp.MustCompile(`[A-Za-z_]\w*`)

// prelude declares what a fragment uses of the above and does not declare
// itself at the top level.
func prelude(code string, override map[string]string) string {
	words := map[string]bool{}
	for _, w := range word.FindAllString(code, -1) {
		words[w] = true
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(given)) {
		kind := given[name]
		if other, ok := override[name]; ok {
			kind = other
		}
		if !words[name] || declares(code, name) || strings.Contains(kind, "]") && strings.Contains(kind, "nfa.") && !present("nfa") {
			continue
		}
		if pkg, _, ok := strings.Cut(strings.TrimLeft(kind, "*"), "."); ok && folders[pkg] != "" && !present(pkg) {
			continue
		}
		fmt.Fprintf(&b, "var %s %s\n", name, kind)
		for _, w := range word.FindAllString(kind, -1) {
			words[w] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(givenTypes)) {
		if words[name] && !declares(code, name) {
			b.WriteString(givenTypes[name])
		}
	}
	return b.String()
}

// declares reports whether code declares a name at its top level.
func declares(code, name string) bool {
	return regexp.MustCompile(`(?m)^(var|const|type|func) ` + name + `\b`).MatchString(code)
}

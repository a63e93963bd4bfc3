package vet

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/gopoe/poe/internal/editdistance"
)

// Events checks names: of events that are posted, of states, of aliases.
var Events = &analysis.Analyzer{
	Name:      "poeevents",
	Doc:       "report event names that no state has, states that nothing posts, and misspelt aliases",
	URL:       "https://github.com/gopoe/poe",
	Run:       runEvents,
	FactTypes: []analysis.Fact{new(names)},
}

// names are the names that a package and those below it know.
type names struct {
	States  []string
	Aliases []string
}

func (*names) AFact() {}

func (n *names) String() string {
	return fmt.Sprintf("%d states, %d aliases", len(n.States), len(n.Aliases))
}

// use is one place where a name is used.
type use struct {
	name string
	pos  token.Pos
	end  token.Pos
	own  bool // by the session for itself: Yield, Delay, Sig, a wheel's Names
}

// vocabulary is what a package says about names.
type vocabulary struct {
	states     map[string][]ast.Node // keys of tables
	dynamic    bool                  // there are states whose names are not known
	catchAll   bool                  // a _default handler
	posted     []use
	aliases    map[string]bool
	unknownSet bool // an alias is set whose name is not known
	addressed  []use
	words      map[string]int // string constants of any kind
	anyPosted  bool           // an event whose name is not known is posted
}

// eventArgument is where in the arguments of a method the event's name is, and
// whether the event is for the calling session itself.
type eventArgument struct {
	index int
	own   bool
}

var eventMethods = map[string]eventArgument{
	"Post": {1, false}, "Call": {1, false}, "CallList": {1, false},
	"Yield": {0, true}, "Delay": {0, true}, "DelayAdd": {0, true}, "DelaySet": {0, true},
	"Alarm": {0, true}, "AlarmAdd": {0, true}, "AlarmSet": {0, true},
	"Sig": {1, true}, "SigChild": {1, true}, "Offload": {0, true},
	"SelectRead": {1, true}, "SelectWrite": {1, true}, "SelectExpedite": {1, true},
}

// eventArgumentOf returns where a call has the name of an event.
func eventArgumentOf(name string) (eventArgument, bool) {
	receiver, method, ok := cutLast(name)
	if !ok {
		return eventArgument{}, false
	}
	switch receiver {
	case "kernel.Kernel", "kernel.Event":
		a, ok := eventMethods[method]
		return a, ok
	case "kernel.Outside":
		return eventArgument{map[string]int{"Post": 1, "Call": 2}[method], false}, method == "Post" || method == "Call"
	case "kernel.ID":
		return eventArgument{0, false}, method == "Postback" || method == "Callback"
	}
	return eventArgument{}, false
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

func runEvents(pass *analysis.Pass) (any, error) {
	v := &vocabulary{states: map[string][]ast.Node{}, aliases: map[string]bool{}, words: map[string]int{}}
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				v.call(pass, n)
			case *ast.CompositeLit:
				v.literal(pass, n)
			case *ast.BasicLit:
				if s, ok := text(pass, n); ok {
					v.words[s]++
				}
			}
			return true
		})
	}
	fact := &names{}
	for name := range v.states {
		fact.States = append(fact.States, name)
	}
	for name := range v.aliases {
		fact.Aliases = append(fact.Aliases, name)
	}
	for _, p := range pass.Pkg.Imports() {
		var below names
		if pass.ImportPackageFact(p, &below) {
			fact.States = append(fact.States, below.States...)
			fact.Aliases = append(fact.Aliases, below.Aliases...)
		}
	}
	slices.Sort(fact.States)
	slices.Sort(fact.Aliases)
	fact.States, fact.Aliases = slices.Compact(fact.States), slices.Compact(fact.Aliases)
	pass.ExportPackageFact(fact)
	v.report(pass, fact)
	return nil, nil
}

// call notes what a call says about names.
func (v *vocabulary) call(pass *analysis.Pass, call *ast.CallExpr) {
	name := callee(pass, call)
	if a, ok := eventArgumentOf(name); ok && a.index < len(call.Args) {
		if s, ok := text(pass, call.Args[a.index]); ok {
			v.posted = append(v.posted, use{s, call.Args[a.index].Pos(), call.Args[a.index].End(), a.own})
		} else {
			v.anyPosted = true
		}
	}
	switch name {
	case "kernel.Kernel.State":
		if s, ok := text(pass, call.Args[0]); ok {
			v.states[s] = append(v.states[s], nil)
		} else {
			v.dynamic = true
		}
	case "poe.On", "poe.On2", "poe.On3", "poe.Answer", "poe.Untyped":
		if s, ok := text(pass, call.Args[0]); ok {
			v.addState(s, nil)
		} else {
			v.dynamic = true
		}
	case "session.Methods", "poe.Methods":
		v.dynamic = true
	case "kernel.Kernel.AliasSet", "kernel.Event.AliasSet":
		v.setAlias(pass, call.Args[0])
	case "poe.Name.Post", "poe.Name.Yield", "poe.Name.Delay", "poe.Query.Call",
		"poe.Name2.Post", "poe.Name2.Yield", "poe.Name2.Delay", "poe.Name3.Post", "poe.Name3.Yield", "poe.Name3.Delay":
		if s, ok := call.Fun.(*ast.SelectorExpr); ok {
			if event, ok := text(pass, s.X); ok {
				v.posted = append(v.posted, use{event, s.X.Pos(), s.X.End(), false})
			}
		}
	}
	if t := pass.TypesInfo.Types[call.Fun]; t.IsType() && typeName(t.Type) == "kernel.Alias" && len(call.Args) == 1 {
		if s, ok := text(pass, call.Args[0]); ok {
			v.addressed = append(v.addressed, use{name: s, pos: call.Args[0].Pos(), end: call.Args[0].End()})
		}
	}
}

func (v *vocabulary) setAlias(pass *analysis.Pass, e ast.Expr) {
	if s, ok := text(pass, e); ok {
		v.aliases[s] = true
	} else {
		v.unknownSet = true
	}
}

func (v *vocabulary) addState(name string, key ast.Node) {
	v.states[name] = append(v.states[name], key)
	if name == "_default" {
		v.catchAll = true
	}
}

// literal notes tables of states, the Names of wheels, and aliases in
// configurations.
func (v *vocabulary) literal(pass *analysis.Pass, lit *ast.CompositeLit) {
	t := pass.TypesInfo.Types[lit].Type
	table := isTable(t)
	wheel := strings.HasSuffix(typeName(t), ".Names")
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch {
		case table:
			if s, ok := text(pass, kv.Key); ok {
				v.addState(s, kv.Key)
			} else {
				v.dynamic = true
			}
		case wheel:
			if s, ok := text(pass, kv.Value); ok && s != "" {
				v.posted = append(v.posted, use{s, kv.Value.Pos(), kv.Value.End(), true})
			}
		default:
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Alias" && typeName(t) != "" {
				v.setAlias(pass, kv.Value)
			}
		}
	}
}

// isTable reports whether a type maps event names to handlers.
func isTable(t types.Type) bool {
	if t == nil {
		return false
	}
	m, ok := t.Underlying().(*types.Map)
	if !ok {
		return false
	}
	key, ok := m.Key().Underlying().(*types.Basic)
	if !ok || key.Kind() != types.String {
		return false
	}
	sig, ok := m.Elem().Underlying().(*types.Signature)
	return ok && isHandler(sig) && sig.Results().Len() == 0
}

// report compares what is posted with what there is.
func (v *vocabulary) report(pass *analysis.Pass, all *names) {
	meant := map[string]bool{} // by a name that is misspelt
	for _, u := range v.posted {
		if u.name == "" || strings.HasPrefix(u.name, "_") || slices.Contains(all.States, u.name) {
			continue
		}
		near := nearest(u.name, keys(v.states))
		switch {
		case near != "":
			meant[near] = true
			v.suggest(pass, u, fmt.Sprintf("no state is named %q: did you mean %q?", u.name, near), near)
		case u.own && len(v.states) > 0 && !v.dynamic && !v.catchAll:
			pass.ReportRangef(span(u), "no state is named %q", u.name)
		}
	}
	if !v.unknownSet {
		for _, u := range v.addressed {
			if slices.Contains(all.Aliases, u.name) {
				continue
			}
			if near := nearest(u.name, all.Aliases); near != "" {
				v.suggest(pass, u, fmt.Sprintf("no session has the alias %q: did you mean %q?", u.name, near), near)
			}
		}
	}
	if pass.Pkg.Name() != "main" || v.dynamic || v.anyPosted || remote(pass) {
		return
	}
	for name, places := range v.states {
		if strings.HasPrefix(name, "_") || v.words[name] > len(places) || slices.ContainsFunc(v.posted, func(u use) bool { return u.name == name }) || name == "shutdown" || meant[name] || fromComponent(pass, name) {
			continue
		}
		if at := places[0]; at != nil {
			pass.ReportRangef(at, "nothing posts the event %q", name)
		}
	}
}

// remote reports whether a package talks to other programs, which post events
// and have states that are not seen here.
func remote(pass *analysis.Pass) bool {
	return slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool {
		switch p.Path() {
		case module + "/component/ikc", module + "/node", module + "/node/cluster", module + "/actor":
			return true
		}
		return false
	})
}

// fromComponent reports whether a component that the package uses makes up the names
// of its events, and this is one of them.
func fromComponent(pass *analysis.Pass, event string) bool {
	return strings.HasPrefix(event, "irc_") && slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool {
		return p.Path() == module+"/component/irc"
	})
}

func (v *vocabulary) suggest(pass *analysis.Pass, u use, message, near string) {
	pass.Report(analysis.Diagnostic{Pos: u.pos, End: u.end, Message: message, SuggestedFixes: []analysis.SuggestedFix{{
		Message:   fmt.Sprintf("Replace it by %q", near),
		TextEdits: []analysis.TextEdit{{Pos: u.pos, End: u.end, NewText: fmt.Appendf(nil, "%q", near)}},
	}}})
}

func span(u use) analysis.Range { return interval{u.pos, u.end} }

type interval struct{ pos, end token.Pos }

func (i interval) Pos() token.Pos { return i.pos }
func (i interval) End() token.Pos { return i.end }

func keys(m map[string][]ast.Node) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// nearest returns the name that is one slip of the keyboard away, or two for
// names of more than six letters; "" if there is none.
func nearest(name string, all []string) string {
	best, limit := "", 1
	if len(name) > 6 {
		limit = 2
	}
	if len(name) < 4 {
		return ""
	}
	for _, other := range all {
		if d := editdistance.Of(name, other); d <= limit {
			best, limit = other, d-1
		}
	}
	return best
}

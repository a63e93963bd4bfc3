package inspect_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/session"
)

// The lists show what there is.
func TestLists(t *testing.T) {
	p := start(t, inspect.Config{Actions: true}, true)
	var o struct {
		Kernel string
		Counts struct{ Sessions, Timers int }
	}
	p.get("overview", &o)
	require.Equal(t, "tested", o.Kernel)
	require.Equal(t, 1, o.Counts.Sessions)
	require.Equal(t, 1, o.Counts.Timers)

	var list struct {
		Sessions []inspect.SessionRow
		More     bool
	}
	p.get("sessions", &list)
	require.Len(t, list.Sessions, 1)
	require.Equal(t, []string{"counter"}, list.Sessions[0].Aliases)
	n := list.Sessions[0].Number

	p.do(inspect.Action{Do: "post", To: "counter", Event: "note", Args: []any{"hello"}})
	require.Equal(t, 5.0, p.do(inspect.Action{Do: "call", To: num(n), Event: "sum", Args: []any{2.0, 3.0}}))
	var one struct {
		Session struct {
			Heap     map[string]any
			Handlers []string
			Reasons  []struct{ Kind, Name string }
			Timers   []inspect.Item
		}
		Events []map[string]any
	}
	p.get("session?n="+num(n), &one)
	require.Equal(t, []any{"hello"}, one.Session.Heap["Notes"])
	require.Equal(t, true, one.Session.Heap["quiet"], "unexported fields as well")
	require.Contains(t, one.Session.Handlers, "sum")
	kinds := map[string]bool{}
	for _, r := range one.Session.Reasons {
		kinds[r.Kind] = true
	}
	require.Equal(t, map[string]bool{"timer": true, "alias": true, "reference": true}, kinds)

	var timers struct{ Timers []inspect.Item }
	p.get("timers", &timers)
	require.Len(t, timers.Timers, 1)
	require.Equal(t, "far", timers.Timers[0].Event)
	require.InDelta(t, -3600, timers.Timers[0].Age, 60)
	p.do(inspect.Action{Do: "fire", Timer: timers.Timers[0].Timer})
	require.Eventually(t, func() bool {
		p.get("session?n="+num(n), &one)
		return fmt.Sprint(one.Session.Heap["Notes"]) == "[hello far]"
	}, 10*time.Second, time.Millisecond)
	_, status := p.act(inspect.Action{Do: "cancel", Timer: timers.Timers[0].Timer})
	require.Equal(t, 404, status, "it has fired")

	p.do(inspect.Action{Do: "post", To: "counter", Event: "fails"})
	p.do(inspect.Action{Do: "post", To: "counter", Event: "missing"})
	var problems struct {
		Dead     []struct{ Event string }
		Failures []struct{ Event, Text, Where string }
	}
	require.Eventually(t, func() bool {
		p.get("problems", &problems)
		return len(problems.Dead) == 1 && len(problems.Failures) == 1
	}, 10*time.Second, time.Millisecond)
	require.Equal(t, "missing", problems.Dead[0].Event)
	require.Contains(t, problems.Failures[0].Where, "helpers_test.go:")

	p.do(inspect.Action{Do: "stop", To: num(n)})
	require.Contains(t, p.log.String(), "do=stop")
	err := <-p.ended // for that was the last session
	p.ended <- err
}

// The tree of an event has what caused it and what it has caused.
func TestTree(t *testing.T) {
	p := start(t, inspect.Config{Actions: true}, false)
	var last []map[string]any
	require.Eventually(t, func() bool {
		p.get("recent?event=part&limit=10", &last)
		return len(last) == 10
	}, 10*time.Second, time.Millisecond)
	var tree struct {
		Roots []json.RawMessage
	}
	p.get("tree?id="+last[0]["ID"].(string), &tree)
	require.NotEmpty(t, tree.Roots)
	require.Contains(t, string(tree.Roots[0]), `"Event":"step"`)
	require.Contains(t, string(tree.Roots[0]), last[0]["ID"].(string))
}

// A trace shows what its filter lets through, as it happens.
func TestTrace(t *testing.T) {
	p := start(t, inspect.Config{}, false)
	a := p.request("GET", "/api/trace?event=part&args=1", "")
	lines := bufio.NewScanner(a.Body)
	seen := 0
	for seen < 20 && lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var batch struct {
			Events []struct{ Event, Args string }
		}
		require.NoError(t, json.Unmarshal([]byte(data), &batch))
		for _, e := range batch.Events {
			require.Equal(t, "part", e.Event)
			require.NotEmpty(t, e.Args)
			seen++
		}
	}
	require.GreaterOrEqual(t, seen, 20)
}

// While the kernel is paused no event is handled, however long; a step handles one.
func TestPauseIsExact(t *testing.T) {
	p := start(t, inspect.Config{Actions: true}, false)
	p.do(inspect.Action{Do: "break", Break: &inspect.Breakpoint{Event: "step", Session: "counter"}})
	s := p.paused()
	require.Equal(t, "step", s.At.Event)
	require.Equal(t, "breakpoint 1", s.Why)
	for range 5 {
		before, steps := p.dispatched(), s.Heap["Steps"].(float64)
		time.Sleep(5 * time.Millisecond) // timers have long been due
		require.Equal(t, before, p.dispatched())
		p.do(inspect.Action{Do: "resume"})
		next := p.waitFor(func(n state) bool { return n.Heap["Steps"] == steps+1 })
		require.Equal(t, "step", next.At.Event)
		require.Equal(t, before+2, p.dispatched(), "step and the part that it calls")
		s = next
	}
	steps := s.Heap["Steps"].(float64)
	p.do(inspect.Action{Do: "step"})
	s = p.waitFor(func(n state) bool { return n.At.Event == "part" })
	require.Equal(t, steps+1, s.Args[0], "in the call, before its handler")
	require.Equal(t, steps+1, s.Heap["Steps"])
	p.do(inspect.Action{Do: "over"})
	p.waitFor(func(n state) bool { return n.At.Event == "step" })
	p.do(inspect.Action{Do: "over"})
	s = p.waitFor(func(n state) bool { return n.At.Event == "step" && n.Heap["Steps"] == steps+2 })
	require.NotNil(t, s.At)

	// What is asked for in a pause happens at once, and does not pause.
	require.Equal(t, 5.0, p.do(inspect.Action{Do: "call", To: "counter", Event: "sum", Args: []any{2.0, 3.0}}))
	p.do(inspect.Action{Do: "unbreak", BreakID: 1})
	p.do(inspect.Action{Do: "resume"})
	before := p.dispatched()
	require.Eventually(t, func() bool { return p.dispatched() > before+10 }, 10*time.Second, time.Millisecond)
}

func (p *program) waitFor(is func(state) bool) (s state) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		s = state{}
		p.get("pause", &s)
		return s.Paused && s.At != nil && is(s)
	}, 10*time.Second, time.Millisecond)
	return s
}

// A kernel that waits pauses as well, and what comes meanwhile waits.
func TestPauseOfAnIdleKernel(t *testing.T) {
	p := start(t, inspect.Config{Actions: true}, true)
	p.do(inspect.Action{Do: "pause"})
	s := p.paused()
	require.Nil(t, s.At)
	p.k.Outside().Post(kernel.Alias("counter"), "note", "outside")
	p.do(inspect.Action{Do: "step"})
	s = p.waitFor(func(s state) bool { return true })
	require.Equal(t, "note", s.At.Event)
	require.Equal(t, []any{"outside"}, s.Args)
	require.Nil(t, s.Heap["Notes"])
	p.do(inspect.Action{Do: "resume"})
}

// A pause ends when its user is gone.
func TestPauseEndsWithItsUser(t *testing.T) {
	p := start(t, inspect.Config{Actions: true, Lease: 200 * time.Millisecond}, false)
	p.do(inspect.Action{Do: "break", Break: &inspect.Breakpoint{Event: "step"}})
	p.paused()
	before := p.dispatched()
	require.Eventually(t, func() bool { return p.dispatched() > before+10 }, 10*time.Second, time.Millisecond)
	require.Contains(t, p.log.String(), "nothing was heard of the user")
}

// Without Config.Actions nothing can be changed, and the attempt is logged.
func TestReadOnly(t *testing.T) {
	p := start(t, inspect.Config{}, true)
	for _, do := range []string{"post", "call", "signal", "stop", "fire", "cancel", "pause", "step", "over", "resume", "break", "unbreak"} {
		_, status := p.act(inspect.Action{Do: do, To: "counter", Event: "note", Args: []any{"x"}, Timer: "1", Break: &inspect.Breakpoint{Event: "x"}})
		require.Equal(t, http.StatusForbidden, status, do)
		require.Contains(t, p.log.String(), "do="+do)
	}
}

// With very many sessions no look takes the kernel longer than a page does.
func TestManySessions(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	p := start(t, inspect.Config{}, false, func(k *kernel.Kernel) {
		_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			_, _ = e.Kernel.RefcountIncrement(e.Session, "the test")
			for range n {
				_, _ = session.Inline(e.Kernel, session.Funcs{"_start": func(e kernel.Event) { _, _ = e.Kernel.RefcountIncrement(e.Session, "the test") }})
			}
		}, "_child": func(kernel.Event) {}})
		require.NoError(t, err)
	})
	var top struct {
		Sessions []inspect.SessionRow
		Total    int
	}
	began := time.Now()
	p.get("top?by=children", &top)
	t.Logf("all of %d sessions in %v", n, time.Since(began))
	require.Equal(t, n+2, top.Total)
	require.Equal(t, 1000, top.Sessions[0].Children, "that many are counted")
	after, total := uint64(0), 0
	for more := true; more; {
		var page struct {
			Sessions []inspect.SessionRow
			More     bool
		}
		p.get(fmt.Sprintf("sessions?of=2&limit=500&after=%d", after), &page)
		total += len(page.Sessions)
		after, more = page.Sessions[len(page.Sessions)-1].Number, page.More
		if total == 2500 {
			break
		}
	}
	require.Equal(t, 2500, total)
	var pages []time.Duration
	page := make([]observe.SessionInfo, 0, 250)
	for after, more := uint64(0), true; more; {
		require.NoError(t, p.k.Outside().Do(t.Context(), func(k *kernel.Kernel) {
			began := time.Now()
			_, next, ok := k.Host().Inspect().Sessions(page, after)
			pages = append(pages, time.Since(began))
			require.True(t, ok)
			after, more = next, next != 0
		}))
	}
	slices.Sort(pages)
	t.Logf("a page keeps the kernel for %v, p99 %v", pages[len(pages)/2], pages[len(pages)*99/100])
	turn := p.i.Metrics().Snapshot().Turn
	t.Logf("longest turn %v, p99 %v", turn.Max, turn.Quantile(0.99))
}

// A request from elsewhere continues the trace of its sender; the tree shows the
// event of this program that has brought it as well, from wherever it is asked for.
func TestTreeOfTraceFromElsewhere(t *testing.T) {
	from, ok := observe.ParseTraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "")
	require.True(t, ok)
	p := start(t, inspect.Config{}, true, func(k *kernel.Kernel) {
		_, err := session.Inline(k, session.Funcs{
			"_start":   func(e kernel.Event) { e.Yield("came") },
			"came":     func(e kernel.Event) { e.Host().InTrace(from, func() { e.Yield("handles") }) },
			"handles":  func(e kernel.Event) { e.Yield("answered") },
			"answered": func(kernel.Event) {},
		})
		require.NoError(t, err)
	})
	for _, name := range []string{"came", "answered"} {
		var list []struct{ ID, Event string }
		require.Eventually(t, func() bool {
			p.get("recent?event=answered", &list)
			return len(list) == 1
		}, 10*time.Second, time.Millisecond)
		p.get("recent?event="+name, &list)
		var tree struct{ Roots json.RawMessage }
		p.get("tree?id="+list[0].ID, &tree)
		text := string(tree.Roots)
		came, handles, answered := strings.Index(text, `"came"`), strings.Index(text, `"handles"`), strings.Index(text, `"answered"`)
		require.Greater(t, came, 0, text)
		require.Greater(t, handles, came)
		require.Greater(t, answered, handles)
		require.NotContains(t, text[came:], `"Lost":true`)
	}
}

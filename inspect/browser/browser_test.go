// Package browser_test drives the inspector's pages in a headless Chromium, over a
// program under load. It is a module of its own so that no program needs chromedp.
//
// With POE_SCREENSHOTS=DIR it writes a picture of every page, and with
// POE_SCREENSHOTS_ALL set as well also those of the whole of each page, in the dark, and
// at the width of a telephone. Without a Chromium the tests fail, unless POE_NO_BROWSER
// is set.
package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
)

// page is a browser that shows the inspector of a program.
type page struct {
	t      *testing.T
	p      *program
	base   string // of the URLs
	token  string
	ctx    context.Context
	kill   func()
	errors []string
	urls   []string
}

func open(t *testing.T, p *program) *page {
	t.Helper()
	b := &page{t: t, p: p, base: "http://" + p.i.Addr().String(), token: p.i.Token()}
	b.start(p.i.URL(), "#card-events")
	return b
}

// start starts the browser at an address, and waits until something is visible.
func (b *page) start(url, until string) {
	b.t.Helper()
	if os.Getenv("POE_NO_BROWSER") != "" {
		b.t.Skip("POE_NO_BROWSER is set")
	}
	ctx, stop := chromedp.NewContext(shared(b.t))
	b.drive(ctx, stop, url, until)
}

// startAlone starts a browser for this page alone, which can be killed.
func (b *page) startAlone(url, until string) {
	b.t.Helper()
	if os.Getenv("POE_NO_BROWSER") != "" {
		b.t.Skip("POE_NO_BROWSER is set")
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options()...)
	ctx, stop := chromedp.NewContext(alloc)
	b.kill = cancel
	b.drive(ctx, func() { stop(); cancel() }, url, until)
}

func options() []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1280, 900), chromedp.WSURLReadTimeout(3*time.Minute))
}

var browser struct {
	ctx  context.Context
	stop func()
}

// shared is a browser for all tests; TestMain ends it.
func shared(t *testing.T) context.Context {
	if browser.ctx == nil {
		alloc, cancel := chromedp.NewExecAllocator(context.Background(), options()...)
		ctx, stop := chromedp.NewContext(alloc)
		require.NoError(t, chromedp.Run(ctx))
		browser.ctx, browser.stop = ctx, func() { stop(); cancel() }
	}
	return browser.ctx
}

func (b *page) drive(ctx context.Context, stop func(), url, until string) {
	b.t.Helper()
	ctx, over := context.WithTimeout(ctx, 5*time.Minute)
	b.ctx = ctx
	b.t.Cleanup(func() { over(); stop() })
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.errors = append(b.errors, e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError {
				b.errors = append(b.errors, fmt.Sprint(e.Args))
			}
		case *network.EventRequestWillBeSent:
			b.urls = append(b.urls, e.Request.URL)
		}
	})
	b.run(network.Enable(), chromedp.Navigate(url), chromedp.WaitVisible(until))
}

func (b *page) run(actions ...chromedp.Action) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Run(b.ctx, actions...))
}

func (b *page) show(hash, until string) {
	b.t.Helper()
	b.run(chromedp.Evaluate(`location.hash = '`+hash+`'`, nil), chromedp.WaitVisible(until))
}

func (b *page) text(selector string) (s string) {
	b.t.Helper()
	b.run(chromedp.Text(selector, &s))
	return s
}

// eventually waits until JavaScript is true.
func (b *page) eventually(js string) {
	b.t.Helper()
	b.run(chromedp.Poll(js, nil, chromedp.WithPollingTimeout(time.Minute)))
}

func (b *page) get(path string, v any) {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.base+"/api/"+path, nil)
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer "+b.token)
	a, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	defer a.Body.Close()
	require.Equal(b.t, 200, a.StatusCode, path)
	require.NoError(b.t, json.NewDecoder(a.Body).Decode(v))
}

func (b *page) click(button string) {
	b.t.Helper()
	b.run(chromedp.Click(`//button[normalize-space()="`+button+`"]`, chromedp.BySearch))
}

// grouped is a number as the pages have it.
func grouped(n uint64) (s string) {
	s = fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// pause makes the kernel stand still, so that pages and API show the same.
func (b *page) pause() {
	b.t.Helper()
	b.click("Pause")
	b.run(chromedp.WaitVisible(`//button[normalize-space()="Resume"]`, chromedp.BySearch))
}

// count is how many elements there are.
func (b *page) count(selector string) (n int) {
	b.t.Helper()
	b.run(chromedp.Evaluate(fmt.Sprintf(`document.querySelectorAll(%q).length`, selector), &n))
	return n
}

func (b *page) session(alias string) (n uint64) {
	b.t.Helper()
	require.NoError(b.t, b.p.k.Outside().Do(b.ctx, func(k *kernel.Kernel) {
		id, ok := k.AliasResolve(alias)
		require.True(b.t, ok)
		n = id.Number()
	}))
	return n
}

// Every page shows the numbers of the API, while the kernel stands still under load.
func TestPagesShowTheNumbers(t *testing.T) {
	p := startProgram(t, 0)
	b := open(t, p)
	order := b.session("order-3")
	p.k.Outside().Post(kernel.Alias("order-4"), "break")
	p.k.Outside().Post(kernel.Alias("order-5"), "ship", 5)
	b.eventually(`document.querySelectorAll('svg .a').length >= 1 && document.querySelector('#card-panics b').textContent === '1'`)
	b.run(chromedp.Sleep(4 * time.Second)) // some history for the charts
	b.picture("overview")
	b.pause()

	var o struct {
		Dispatched uint64
		Counts     struct{ Sessions, Timers, Events, Handles, DeadLetters int }
	}
	b.get("overview", &o)
	b.eventually(fmt.Sprintf(`document.querySelector('#card-events small').textContent === '%s handled'`, grouped(o.Dispatched)))
	require.Contains(t, b.text("#card-sessions"), fmt.Sprint(o.Counts.Sessions))
	require.Contains(t, b.text("#card-sessions"), fmt.Sprintf("%d handles", o.Counts.Handles))
	require.Contains(t, b.text("#card-queue"), fmt.Sprintf("%d timers", o.Counts.Timers))
	require.Contains(t, b.text("#card-dead-letters b"), fmt.Sprint(o.Counts.DeadLetters))

	var events []struct {
		Kind, Event string
		Count       uint64
	}
	b.get("events", &events)
	for _, e := range events {
		if e.Event == "review" {
			b.eventually(`document.querySelector('main').textContent.includes('` + grouped(e.Count) + `')`)
		}
	}

	b.show("sessions", "ul.tree .node")
	b.eventually(`document.querySelectorAll('ul.tree .node').length >= 3`)
	require.Contains(t, b.text("ul.tree"), "(orders)")
	b.run(chromedp.Evaluate(`[...document.querySelectorAll('ul.tree .node')].find(n => n.textContent.includes('(orders)')).querySelector('button').click()`, nil))
	b.eventually(`document.querySelector('ul.tree').textContent.includes('order-24')`)
	b.picture("sessions")

	var one struct {
		Session struct {
			Events  uint64
			Reasons []struct{ Kind, Name string }
			Timers  []inspect.Item
			Heap    map[string]any
		}
	}
	b.get(fmt.Sprintf("session?n=%d", order), &one)
	b.show(fmt.Sprintf("session/%d", order), "pre.json")
	page := b.text("main")
	require.Contains(t, page, grouped(one.Session.Events)+" events")
	require.Contains(t, page, `Customer: "Edsger"`)
	require.Len(t, one.Session.Timers, 2)
	for _, r := range one.Session.Reasons {
		require.Contains(t, page, r.Name)
	}
	b.picture("session")

	var timers struct {
		Timers []inspect.Item
		Total  int
	}
	b.get("timers?limit=100", &timers)
	b.show("queue", "section")
	b.eventually(fmt.Sprintf(`document.querySelector('main').textContent.includes('the first of %d')`, timers.Total))
	b.eventually(fmt.Sprintf(`[...document.querySelectorAll('main section')][1].querySelectorAll('tbody tr').length === %d`, len(timers.Timers)))
	b.picture("queue")

	var handles struct{ Handles []struct{ Name string } }
	b.get("handles", &handles)
	b.show("handles", "tbody tr")
	b.eventually(fmt.Sprintf(`document.querySelectorAll('tbody tr').length === %d`, len(handles.Handles)))
	b.picture("handles")

	var servers struct {
		Connections []struct{ Number uint64 }
		Total       int
	}
	b.get("servers", &servers)
	require.Equal(t, 8, servers.Total)
	b.show("servers", "tbody tr")
	b.eventually(`[...document.querySelectorAll('main section')][1].querySelectorAll('tbody tr').length === 8`)
	b.picture("servers")

	b.show("problems", "main section")
	b.eventually(`document.querySelector('main').textContent.includes('order 4 has no price list')`)
	b.eventually(`document.querySelector('main').textContent.includes('ship')`)
	b.picture("problems")

	b.click("Resume")
	b.show("trace", "main section") // its rows change all the time
	b.eventually(`document.querySelectorAll('tbody tr').length > 20`)
	b.picture("trace")
	b.run(chromedp.SetValue(`//label[contains(., "Event")]/input`, "reserve", chromedp.BySearch), chromedp.Evaluate(`[...document.querySelectorAll('.bar input')][0].dispatchEvent(new Event('change'))`, nil))
	b.eventually(`document.querySelectorAll('tbody tr').length > 5 && [...document.querySelectorAll('tbody tr')].every(r => r.children[1].textContent === 'reserve')`)

	var recent []struct{ ID string }
	b.get("recent?event=reserve&limit=5", &recent)
	b.show("tree/"+recent[0].ID, ".node.here")
	tree := b.text("ul.tree")
	require.Contains(t, tree, "review")
	require.Contains(t, tree, "reserved")
	b.picture("tree")

	require.Empty(t, b.errors, "errors in the page")
	for _, u := range b.urls {
		require.True(t, strings.HasPrefix(u, "http://"+p.i.Addr().String()+"/") || strings.HasPrefix(u, "data:"), "a request has left the machine: %s", u)
	}
}

// The debugger stops exactly before the event, shows its arguments and heap, and
// goes on one event at a time.
func TestDebugger(t *testing.T) {
	p := startProgram(t, 0)
	b := &page{t: t, p: p, base: "http://" + p.i.Addr().String(), token: p.i.Token()}
	b.startAlone(p.i.URL(), "#card-events")
	b.show("debug", "main section")
	b.eventually(`[...document.querySelectorAll('button')].some(b => b.textContent === 'Add')`)
	b.run(chromedp.SendKeys(`//label[contains(., "Event (name")]/input`, "review", chromedp.BySearch), chromedp.SendKeys(`//label[contains(., "Session (")]/input`, "order-3", chromedp.BySearch))
	b.click("Add")
	b.run(chromedp.WaitVisible("#paused-at"))
	require.Contains(t, b.text("#paused-at"), "before review")
	require.Contains(t, b.text("main"), `Customer: "Edsger"`)
	b.picture("debugger")
	dispatched := func() uint64 { return p.i.Metrics().Snapshot().Dispatched }
	before := dispatched()
	time.Sleep(200 * time.Millisecond)
	require.Equal(t, before, dispatched(), "nothing happens meanwhile")
	b.click("Step")
	b.eventually(`document.querySelector('#paused-at')?.textContent.includes('before price')`)
	require.Equal(t, before, dispatched(), "the handler of review has called price")
	require.Contains(t, b.text("main"), "called by review")
	b.click("Step")
	b.eventually(`document.querySelector('#paused-at') && !document.querySelector('#paused-at').textContent.includes('before price')`)
	require.Equal(t, before+2, dispatched(), "price and review")
	b.run(chromedp.KeyEvent("c"))
	b.run(chromedp.WaitVisible("#paused-at"))
	b.eventually(`document.querySelector('#paused-at')?.textContent.includes('before review')`)

	// The browser is killed: the program goes on.
	before = dispatched()
	b.kill()
	require.Eventually(t, func() bool { return dispatched() > before+500 }, 30*time.Second, 10*time.Millisecond)
}

// The pages work at the width of a telephone, in the dark, and by the keyboard.
func TestNarrowAndDark(t *testing.T) {
	p := startProgram(t, 0)
	b := open(t, p)
	dark := scheme("dark")
	b.run(dark)
	b.run(chromedp.Sleep(2 * time.Second))
	b.picture("overview-dark")
	b.run(telephone())
	for i, name := range []string{"overview", "sessions", "queue", "handles", "servers", "trace", "problems", "debug"} {
		b.run(chromedp.KeyEvent(fmt.Sprint(i + 1)))
		b.eventually(`location.hash === '#` + name + `'`)
		b.run(chromedp.Sleep(300 * time.Millisecond))
		b.eventually(`document.documentElement.scrollWidth <= innerWidth`)
		b.eventually(`scrollY === 0 && document.activeElement === document.querySelector('main')`)
		b.capture("phone-"+name, false)
	}
	require.Empty(t, b.errors, "errors in the page")
}

// What can be done from the pages is done: servers, queued events, dead letters, the rate
// of sampling. The diagram of a machine has the transitions of the API.
func TestActions(t *testing.T) {
	p := startProgram(t, 0)
	b := open(t, p)

	b.run(chromedp.Evaluate(`(s => { s.value = 16; s.dispatchEvent(new Event('change', { bubbles: true })); })(document.querySelector('#sample'))`, nil)) // at once: the page writes the value each second
	b.eventually(`document.querySelector('main').textContent.includes('one event in 16 is timed')`)
	require.Equal(t, 16, p.i.Metrics().Snapshot().Sample)

	b.show("servers", "tbody tr")
	b.click("pause")
	b.run(chromedp.WaitVisible(`//button[normalize-space()="resume"]`, chromedp.BySearch))
	b.click("resume")
	b.run(chromedp.WaitVisible(`//button[normalize-space()="pause"]`, chromedp.BySearch))
	b.run(chromedp.Click(`//section[2]//tbody/tr[1]//button[normalize-space()="close"]`, chromedp.BySearch))
	b.click("close, really")
	b.eventually(`[...document.querySelectorAll('main section')][1].querySelectorAll('tbody tr').length === 7`)

	p.k.Outside().Post(kernel.Alias("order-3"), "reservd", 7)
	b.show("problems", "main section")
	b.eventually(`[...document.querySelectorAll('button')].some(b => b.textContent === 'as reserved')`)
	b.picture("problems")
	b.click("as reserved")
	b.eventually(`document.querySelector('.toast')?.textContent === 'reserved was sent again'`)

	machine := b.session("payment")
	b.show(fmt.Sprintf("session/%d", machine), "#machine")
	b.eventually(`document.querySelectorAll('#machine .move').length >= 6`)
	b.pause()
	var one struct {
		Session struct {
			Fields []struct {
				Name  string
				Value any
			}
		}
	}
	b.get(fmt.Sprintf("session?n=%d", machine), &one)
	tables := map[string]any{}
	for _, f := range one.Session.Fields {
		tables[f.Name] = f.Value
	}
	pairs := map[string]float64{}
	for _, row := range tables["transitions"].([]any) {
		f := fields(row)
		pairs[fmt.Sprintf("%s to %s", f["from"], f["to"])] += f["count"].(float64)
	}
	b.eventually(fmt.Sprintf(`document.querySelectorAll('#machine .move').length === %d`, len(pairs)))
	for pair, n := range pairs {
		b.eventually(fmt.Sprintf(`[...document.querySelectorAll('#machine .move text')].some(m => m.querySelector('title').textContent === %q && m.textContent.endsWith(' %s×'))`, pair, grouped(uint64(n))))
	}
	b.eventually(fmt.Sprintf(`document.querySelector('#machine .now text').textContent === %q`, tables["state"]))
	require.Equal(t, 1, b.count(`#machine .never`), "it is never refunded")
	b.picture("machine")
	b.phone("phone-machine")
	require.Empty(t, b.errors, "errors in the page")
}

package browser_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/kerneltest"
)

// seen is a script that notes when something is on the page first, in milliseconds since
// the page was asked for.
const seen = `(() => {
	const want = %q;
	const look = () => { if (window.poeSeen === undefined && document.querySelector(want)) requestAnimationFrame(() => { window.poeSeen ??= performance.now(); }); };
	new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()`

// load loads a page of the inspector anew, and returns after which times the browser has
// painted something, and what is to be seen was there.
func (b *page) load(hash, until string) (first, whole time.Duration) {
	b.t.Helper()
	var script cdp.ScriptIdentifier
	b.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		script, err = cdp.AddScriptToEvaluateOnNewDocument(fmt.Sprintf(seen, until)).Do(ctx)
		return err
	}))
	b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.base+"/#"+hash))
	b.eventually(`window.poeSeen !== undefined`)
	var paint, there float64
	b.run(chromedp.Evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()`, &paint), chromedp.Evaluate(`window.poeSeen`, &there))
	b.run(chromedp.ActionFunc(func(ctx context.Context) error { return cdp.RemoveScriptToEvaluateOnNewDocument(script).Do(ctx) }))
	ms := func(f float64) time.Duration {
		return time.Duration(f * float64(time.Millisecond)).Round(time.Millisecond)
	}
	return ms(paint), ms(there)
}

// switched is how long it takes from a click to what is to be seen then.
func (b *page) switched(button, until string) time.Duration {
	b.t.Helper()
	var ms float64
	b.run(chromedp.Evaluate(fmt.Sprintf(`new Promise(done => {
		const began = performance.now(), look = () => { if (%s) requestAnimationFrame(() => done(performance.now() - began)); else requestAnimationFrame(look); };
		[...document.querySelectorAll('button')].find(b => b.textContent === %q).click();
		look();
	})`, until, button), &ms, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Millisecond)
}

// With 100,000 sessions and 10,000 connections, or as many as there are descriptors for,
// every page is loaded; the times are logged: until something is painted, and until what
// the page is about is there. POE_CROWD is the number of sessions.
func TestCrowd(t *testing.T) {
	n := 100_000
	if text := os.Getenv("POE_CROWD"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	connections := n / 10
	p := startProgram(t, n)
	kerneltest.Connect(t, connections, p.addr)
	b := open(t, p)
	require.Eventually(t, func() bool {
		var servers struct{ Total int }
		b.get("servers", &servers)
		return servers.Total == connections+len(p.clients)
	}, 2*time.Minute, 100*time.Millisecond)
	t.Logf("%d sessions, %d connections", n, connections+len(p.clients))
	for _, x := range []struct{ hash, until string }{
		{"overview", "#card-events b"},
		{"sessions", "ul.tree .node"},
		{fmt.Sprintf("session/%d", b.session("order-3")), "pre.json"},
		{"queue", "tbody tr"},
		{"handles", "tbody tr"},
		{"servers", "tbody tr"},
		{"trace", "tbody tr"},
		{"tree", ".node.here"},
		{"problems", "tbody tr"},
		{"debug", "main section .bar"},
		{"latency", "#latencies tbody tr"},
		{"nodes", "main section .empty"},
	} {
		if x.hash == "tree" { // of an event that is still kept
			var recent []struct{ ID string }
			b.get("recent?event=reserve&limit=1", &recent)
			x.hash += "/" + recent[0].ID
		}
		first, whole := b.load(x.hash, x.until)
		t.Logf("%-20s painted after %6v, there after %6v", x.hash, first, whole)
	}
	b.load("sessions", "ul.tree .node")
	t.Logf("%-20s there after %6v", "List", b.switched("List", `document.querySelectorAll('tbody tr').length === 200`))
	require.Contains(t, b.text("main section h2"), fmt.Sprintf("the first of %s", grouped(uint64(n + connections + 35))[:3]))
	t.Logf("%-20s there after %6v", "Growth", b.switched("Growth", `document.querySelectorAll('tbody tr').length > 3`))
	b.load("servers", "tbody tr")
	require.Contains(t, b.text("main section:nth-of-type(2) h2"), "the first of "+grouped(uint64(connections+len(p.clients))))
	require.Empty(t, b.errors, "errors in the page")
}

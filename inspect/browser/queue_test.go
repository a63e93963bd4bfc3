package browser_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A queued event and a timer are cancelled from the page Queue, and never handled. The
// page Latency has the execution trace of the last seconds.
func TestQueueAndFlightRecorder(t *testing.T) {
	k := kernel.New(kernel.Options{Name: "queue"})
	handled := map[string]int{}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("worker"))
			must(e.Kernel.Delay("later", time.Hour))
			must(e.Kernel.Delay("beat", time.Millisecond))
		},
		"beat": func(e kernel.Event) { must(e.Kernel.Delay("beat", 10*time.Millisecond)) },
		"keep": func(e kernel.Event) { handled["keep"]++ },
		"drop": func(e kernel.Event) { handled["drop"]++ },
	})
	require.NoError(t, err)
	i, err := inspect.Listen(k, "127.0.0.1:0", inspect.Config{Actions: true, Flight: time.Second})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- k.Run() }()
	t.Cleanup(func() {
		require.NoError(t, i.Close())
		k.Outside().Stop()
		require.NoError(t, <-ended)
	})
	b := open(t, &program{t: t, k: k, i: i})

	b.pause()
	b.act(`{"Do":"post","To":"worker","Event":"drop"}`)
	b.act(`{"Do":"post","To":"worker","Event":"keep"}`)
	b.show("queue", "main section")
	row := func(event string) string {
		return `[...document.querySelectorAll('main section')[0].querySelectorAll('tbody tr')].find(r => r.textContent.startsWith('` + event + `'))`
	}
	b.eventually(row("drop") + ` && ` + row("keep"))
	b.picture("queue-cancel")
	b.run(chromedp.Evaluate(row("drop")+`.querySelector('button').click()`, nil))
	b.eventually(`document.querySelector('.toast')?.textContent === 'Cancelled drop' && !` + row("drop") + ` && !!` + row("keep"))
	later := `[...document.querySelectorAll('main section')[1].querySelectorAll('tbody tr')].find(r => r.textContent.includes('later'))`
	b.eventually(`!!` + later)
	b.run(chromedp.Evaluate(`[...`+later+`.querySelectorAll('button')].find(b => b.textContent === 'Cancel').click()`, nil))
	b.eventually(`!` + later)
	b.click("Resume")
	require.Eventually(t, func() bool {
		kept := 0
		require.NoError(t, k.Outside().Do(b.ctx, func(*kernel.Kernel) { kept = handled["keep"] }))
		return kept == 1
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, k.Outside().Do(context.Background(), func(*kernel.Kernel) { require.Zero(t, handled["drop"]) }))

	b.show("latency", "a[href='api/flight']")
	var recorded string
	b.run(chromedp.Evaluate(`fetch(document.querySelector("a[href='api/flight']").href).then(a => a.arrayBuffer()).then(b => new TextDecoder('latin1').decode(b.slice(0, 16)))`, &recorded, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	require.Contains(t, recorded, "go 1.", "an execution trace")
	b.picture("flight")
	require.Empty(t, b.errors, "errors in the page")
}

// act asks the inspector to do something, as a page does.
func (b *page) act(action string) {
	b.t.Helper()
	r, err := http.NewRequest("POST", b.base+"/api/action", bytes.NewReader([]byte(action)))
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, 200, a.StatusCode, string(text))
}

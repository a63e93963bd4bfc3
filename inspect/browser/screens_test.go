package browser_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/recording"
	"github.com/gopoe/poe/session"
)

// member is a kernel with a node in a cluster.
type member struct {
	k *kernel.Kernel
	n *node.Node
	c *cluster.Cluster
}

func join(t *testing.T, k *kernel.Kernel, name string, seeds map[string]string) *member {
	t.Helper()
	m := &member{k: k}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	m.n, err = node.Start(k, node.Config{Name: name, Listen: "127.0.0.1:0", Strangers: true, Logger: quiet})
	require.NoError(t, err)
	m.c, err = cluster.Join(m.n, cluster.Config{Seeds: seeds, Logger: quiet})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { must(e.Kernel.AliasSet("claims")) },
		"claim":  func(e kernel.Event) { must(m.c.Claim(e.Args[0].(string), "", "take")) },
		"take":   func(kernel.Event) {},
	})
	require.NoError(t, err)
	return m
}

// run runs a member's kernel until the test ends.
func (m *member) run(t *testing.T) {
	ended := make(chan error, 1)
	go func() { ended <- m.k.Run() }()
	t.Cleanup(func() {
		m.n.Shutdown()
		<-m.n.Done()
		m.k.Outside().Stop()
		require.NoError(t, <-ended)
	})
}

// Nodes shows the links, their windows, and who owns which alias since how many claims.
func TestNodes(t *testing.T) {
	k := kernel.New(kernel.Options{Name: "front", Logger: slog.New(slog.DiscardHandler)})
	front := join(t, k, "front", nil)
	i, err := inspect.Listen(k, "127.0.0.1:0", inspect.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, i.Close()) })
	front.run(t)
	seeds := map[string]string{"front": front.n.Addr()}
	for _, name := range []string{"stock", "billing"} {
		m := join(t, kernel.New(kernel.Options{Name: name, Logger: slog.New(slog.DiscardHandler)}), name, seeds)
		m.run(t)
		m.k.Outside().Post(kernel.Alias("claims"), "claim", "service "+name)
	}
	front.k.Outside().Post(kernel.Alias("claims"), "claim", "orders")

	b := open(t, &program{t: t, k: k, i: i})
	b.show("nodes", ".cluster-page")
	for _, text := range []string{"service stock", "service billing", "orders"} {
		b.eventually(`document.querySelector('.cluster-page').textContent.includes('` + text + `')`)
	}
	b.eventually(`document.querySelectorAll('svg.map g.up').length === 2`)
	b.eventually(`document.querySelector('.node-page tbody').textContent.includes('±')`)
	var nodes struct {
		Nodes, Clusters []struct {
			Fields []struct {
				Name  string
				Value any
			}
		}
	}
	b.get("nodes", &nodes)
	require.Len(t, nodes.Nodes, 1)
	tables := map[string]any{}
	for _, f := range append(nodes.Nodes[0].Fields, nodes.Clusters[0].Fields...) {
		tables[f.Name] = f.Value
	}
	require.Len(t, tables["links"], 2)
	require.Len(t, tables["members"], 3)
	require.Len(t, tables["aliases"], 3)
	b.eventually(`[...document.querySelectorAll('.node-page tbody tr')].length === 2 && [...document.querySelectorAll('.node-page .tag')].every(t => t.textContent === 'up')`)
	page := b.text("main")
	for _, row := range tables["aliases"].([]any) {
		f := fields(row)
		require.Equal(t, float64(1), f["epoch"])
		require.Contains(t, page, fmt.Sprint(f["alias"]))
		b.eventually(fmt.Sprintf(`[...document.querySelectorAll('.cluster-page tr')].some(r => r.children[0].textContent === %q && r.children[1].textContent.startsWith(%q) && r.children[2].textContent === '1')`, f["alias"], f["owner"]))
	}
	for _, row := range tables["links"].([]any) {
		f := fields(row)
		require.Equal(t, "up", f["state"])
		require.InDelta(t, 0, f["skew"], 0.5, "both clocks are the same")
		require.Contains(t, page, fmt.Sprintf("of %s", grouped(uint64(f["window limit"].(float64)))))
	}
	b.picture("nodes")
	b.phone("phone-nodes")
	require.Empty(t, b.errors, "errors in the page")
}

func fields(row any) map[string]any {
	all := map[string]any{}
	for _, f := range row.([]any) {
		f := f.(map[string]any)
		all[f["Name"].(string)] = f["Value"]
	}
	return all
}

// Latency shows the distributions, and the processor time of each event.
func TestLatencyAndFlame(t *testing.T) {
	p := startProgram(t, 0)
	b := open(t, p)
	b.show("latency", "#latencies tbody tr")
	for try, there := 0, false; !there; try++ { // on a busy machine a profile may have no sample of it
		require.Less(t, try, 15)
		b.click("2 s")
		b.eventually(`[...document.querySelectorAll('button')].some(b => b.textContent === 'Measuring …')`)
		b.eventually(`[...document.querySelectorAll('button')].every(b => b.textContent !== 'Measuring …')`)
		b.run(chromedp.Evaluate(`[...document.querySelectorAll('.flame .event')].some(e => e.textContent.startsWith('grind'))`, &there))
	}
	b.picture("latency")
	var part float64
	b.run(chromedp.Evaluate(`(() => { const s = x => Number(x.dataset.seconds), e = [...document.querySelectorAll('.flame .event')].find(e => e.textContent.startsWith('grind')); return s(e) / s(document.querySelector('.flame .all')); })()`, &part))
	require.Greater(t, part, 0.02)
	b.run(chromedp.Evaluate(`[...document.querySelectorAll('.flame .event')].find(e => e.textContent.startsWith('grind')).click()`, nil))
	b.eventually(`document.querySelector('.flame').textContent.includes('Sum256') || document.querySelector('.flame').textContent.includes('sha256')`)
	b.picture("flame")
	r, err := http.NewRequest("GET", "http://"+p.i.Addr().String()+"/api/profile/raw", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+p.i.Token())
	a, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
	require.Equal(t, 200, a.StatusCode)

	b.pause()
	var l struct {
		Turn   struct{ Count uint64 }
		Events []struct {
			Kind, Event string
			Run         struct{ Count uint64 }
		}
	}
	b.get("latency", &l)
	b.eventually(fmt.Sprintf(`document.querySelector('main').textContent.includes('%s measured')`, grouped(l.Turn.Count)))
	b.eventually(fmt.Sprintf(`document.querySelectorAll('#latencies tbody tr').length === %d`, len(l.Events)))
	for _, e := range l.Events {
		if e.Event == "review" {
			b.eventually(fmt.Sprintf(`[...document.querySelectorAll('#latencies tbody tr')].some(r => r.textContent.startsWith('review') && [...r.querySelectorAll('td')][4].querySelectorAll('i[title]').length > 0 && [...[...r.querySelectorAll('td')][4].querySelectorAll('i[title]')].reduce((n, i) => n + Number(i.title.split(' ')[0].replaceAll(',', '')), 0) === %d)`, e.Run.Count))
		}
	}
	b.phone("phone-latency")
	require.Empty(t, b.errors, "errors in the page")
}

// record records a run of this test's program, see TestMain.
func record(t *testing.T, dir, name, orders string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), recordedVariable+"="+orders, recording.Variable+"="+filepath.Join(dir, name))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// Recordings are listed, scrubbed, replayed up to an event, and compared.
func TestRecordings(t *testing.T) {
	dir := t.TempDir()
	record(t, dir, "monday.rec", "7")
	record(t, dir, "tuesday.rec", "9")
	self, err := os.Executable()
	require.NoError(t, err)
	r := inspect.NewRecordings([]string{dir}, []string{"env", recordedVariable + "=7", self})
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	b := &page{t: t, base: server.URL, token: r.Token()}
	b.start(server.URL+"/?token="+r.Token(), "tbody tr a")
	b.eventually(`document.querySelectorAll('tbody tr').length === 2`)
	b.picture("recordings")

	var s struct {
		Events uint64
		Length float64
		Names  []struct {
			Name  string
			Count uint64
		}
	}
	b.get("recordings/summary?name=monday.rec", &s)
	require.Greater(t, s.Events, uint64(20))
	b.run(chromedp.Evaluate(`[...document.querySelectorAll('tbody a')].find(a => a.textContent === 'monday.rec').click()`, nil))
	b.run(chromedp.WaitVisible("input.scrub"))
	require.Contains(t, b.text("main h2"), grouped(s.Events)+" events")
	for _, n := range s.Names {
		b.eventually(fmt.Sprintf(`[...document.querySelectorAll('main section')].at(-1).textContent.includes('%s%d')`, n.Name, n.Count))
	}

	// The events are those of the API, and the state before one is the replay's.
	var events struct {
		Events []struct {
			Number, Session uint64
			Name            string
		}
	}
	b.get("recordings/events?name=monday.rec&from=1&limit=500", &events)
	require.Len(t, events.Events, int(min(s.Events, 500)))
	at := uint64(0)
	for _, e := range events.Events {
		if e.Name == "work" {
			at = e.Number
		}
	}
	b.run(chromedp.Evaluate(fmt.Sprintf(`location.hash = 'recordings/monday.rec/%d'`, at), nil))
	b.eventually(fmt.Sprintf(`document.querySelector('tr.here')?.children[0].textContent === '%d' && document.querySelector('tr.here').children[2].textContent === 'work'`, at))
	b.click(fmt.Sprintf("State before event %d", at))
	b.run(chromedp.WaitVisible("#state"))
	require.Contains(t, b.text("#state h2"), "work")
	b.run(chromedp.Evaluate(`[...document.querySelectorAll('#state tbody tr')].find(r => r.textContent.includes('recorded')).querySelector('button').click()`, nil))
	b.eventually(`document.querySelector('#state pre.json')?.textContent.includes('"Done": 6') || document.querySelector('#state pre.json')?.textContent.includes('Done: 6')`)
	b.picture("recording")

	var c struct {
		Common uint64
		Equal  bool
		Rows   []struct{ Same bool }
	}
	b.get("recordings/compare?a=monday.rec&b=tuesday.rec", &c)
	require.False(t, c.Equal)
	differ := 0
	for _, row := range c.Rows {
		if !row.Same {
			differ++
		}
	}
	require.Positive(t, differ)
	b.run(chromedp.Evaluate(`location.hash = 'recordings'`, nil), chromedp.WaitVisible("input[type=checkbox]"))
	b.run(chromedp.Evaluate(`document.querySelectorAll('input[type=checkbox]').forEach(x => x.click())`, nil))
	b.click("Compare two")
	b.run(chromedp.WaitVisible("table.compare"))
	require.Contains(t, b.text("main h2"), fmt.Sprintf("equal up to event %d", c.Common))
	b.eventually(fmt.Sprintf(`document.querySelectorAll('table.compare tbody tr:is(.added, .removed, .changed)').length === %d`, differ))
	b.picture("compare")
	b.phone("phone-compare")
	require.Empty(t, b.errors, "errors in the page")
	for _, u := range b.urls {
		require.True(t, strings.HasPrefix(u, server.URL+"/") || strings.HasPrefix(u, "data:"), "a request has left the machine: %s", u)
	}
}

// recordedVariable makes the test's program the one that is recorded: it works off so
// many orders.
const recordedVariable = "POE_BROWSER_TEST_ORDERS"

// recorded is the heap of the program that is recorded.
type recorded struct{ Orders, Done int }

func TestMain(m *testing.M) {
	kerneltest.BePeers()
	orders := os.Getenv(recordedVariable)
	if orders == "" {
		status := m.Run()
		if browser.stop != nil {
			browser.stop()
		}
		os.Exit(status)
	}
	r := &recorded{}
	_, err := fmt.Sscan(orders, &r.Orders)
	must(err)
	k := kernel.New(kernel.Options{Name: "orders"})
	_, err = session.Create(k, r, session.States[recorded]{
		"_start": func(_ *recorded, e kernel.Event) { e.Kernel.Yield("work") },
		"work": func(r *recorded, e kernel.Event) {
			r.Done++
			for n := range r.Done % 4 {
				e.Kernel.Yield("pack", n)
			}
			if r.Done < r.Orders {
				must(e.Kernel.Delay("work", 3*time.Millisecond))
				return
			}
			e.Kernel.Yield("closing")
		},
		"pack":    func(*recorded, kernel.Event) {},
		"closing": func(*recorded, kernel.Event) {},
	})
	must(err)
	must(k.Run())
}

package prometheus_test

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/metrics"
	poeprom "github.com/gopoe/poe/metrics/prometheus"
	"github.com/gopoe/poe/session"
)

//go:embed grafana.json
var dashboard []byte

// exported runs a program that does all that is counted and exports its numbers.
func exported(t *testing.T) (*prometheus.Registry, metrics.Snapshot) {
	k := kernel.New(kernel.Options{Name: "k", Logger: slog.New(slog.DiscardHandler)})
	m := metrics.New(k, metrics.Config{Sample: 1})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.Sig("DIE", "died"))
			for range 5 {
				e.Kernel.Yield("work")
			}
			e.Kernel.Yield("fails")
			e.Kernel.Yield("missing")
			require.NoError(t, e.Kernel.Delay("later", 1))
		},
		"work": func(kernel.Event) {}, "later": func(kernel.Event) {},
		"fails": func(kernel.Event) { panic("on purpose") },
		"died":  func(e kernel.Event) { e.Kernel.SigHandled() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	r := prometheus.NewPedanticRegistry()
	require.NoError(t, r.Register(poeprom.New(m)))
	return r, m.Snapshot()
}

func TestExporter(t *testing.T) {
	r, s := exported(t)
	families, err := r.Gather()
	require.NoError(t, err)
	found := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			key := f.GetName()
			for _, l := range m.Label {
				if l.GetName() == "event" {
					key += "/" + l.GetValue()
				}
			}
			switch {
			case m.Counter != nil:
				found[key] += m.Counter.GetValue()
			case m.Gauge != nil:
				found[key] += m.Gauge.GetValue()
			case m.Histogram != nil:
				found[key] += float64(m.Histogram.GetSampleCount())
			}
		}
	}
	require.EqualValues(t, 5, found["poe_events_total/work"])
	require.EqualValues(t, 5, found["poe_event_run_seconds/work"])
	require.EqualValues(t, 5, found["poe_event_wait_seconds/work"])
	require.EqualValues(t, 1, found["poe_event_panics_total/fails"])
	require.EqualValues(t, 1, found["poe_dead_letters_total/missing"])
	require.EqualValues(t, 1, found["poe_timer_lateness_seconds"])
	require.EqualValues(t, s.Counts.Turns, found["poe_turns_total"])
	problems, err := testutil.GatherAndLint(r)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// Every query of the dashboard names series, and labels of them, that there are.
func TestDashboard(t *testing.T) {
	r, _ := exported(t)
	families, err := r.Gather()
	require.NoError(t, err)
	labels := map[string]map[string]bool{}
	for _, f := range families {
		names := []string{f.GetName()}
		if f.Metric[0].Histogram != nil {
			names = []string{f.GetName() + "_bucket", f.GetName() + "_sum", f.GetName() + "_count"}
		}
		for _, n := range names {
			labels[n] = map[string]bool{"instance": true, "job": true, "le": strings.HasSuffix(n, "_bucket")}
			for _, l := range f.Metric[0].Label {
				labels[n][l.GetName()] = true
			}
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(dashboard, &board))
	require.Greater(t, len(board.Panels), 8)
	series, by, matched := regexp.MustCompile(`poe_\w+`), regexp.MustCompile(`by \(([^)]*)\)`), regexp.MustCompile(`(\w+)=~?"`)
	used := map[string]bool{}
	for _, p := range board.Panels {
		require.NotEmpty(t, p.Targets, p.Title)
		for _, q := range p.Targets {
			names := series.FindAllString(q.Expr, -1)
			require.NotEmpty(t, names, q.Expr)
			var wanted []string
			for _, m := range by.FindAllStringSubmatch(q.Expr, -1) {
				for l := range strings.SplitSeq(m[1], ",") {
					wanted = append(wanted, strings.TrimSpace(l))
				}
			}
			for _, m := range matched.FindAllStringSubmatch(q.Expr, -1) {
				wanted = append(wanted, m[1])
			}
			for _, n := range names {
				require.Contains(t, labels, n, "%s: %s", p.Title, q.Expr)
				used[n] = true
				for _, l := range wanted {
					require.True(t, labels[n][l], "%s has no label %s: %s", n, l, q.Expr)
				}
			}
			require.Equal(t, strings.Count(q.Expr, "("), strings.Count(q.Expr, ")"), q.Expr)
		}
	}
	require.True(t, used["poe_events_total"] && used["poe_loop_delay_seconds_bucket"] && used["poe_dead_letters_total"])
}

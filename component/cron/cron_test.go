package cron_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/cron"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

const stamp = "2006-01-02 15:04:05 -0700"

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// runs starts a job at a time of day and returns when its first n events came.
func runs(t *testing.T, start time.Time, n int, job cron.Job, config cron.Config) []string {
	t.Helper()
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{Start: start}, Logger: slog.New(slog.DiscardHandler)})
	c, err := cron.New(k, config)
	require.NoError(t, err)
	var came []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			job.Event = "tick"
			_, err := c.Add(job)
			assert.NoError(t, err)
		},
		"tick": func(e kernel.Event) {
			run := kernel.Arg[*cron.Run](e, 0)
			came = append(came, e.Kernel.Now().In(start.Location()).Format(stamp))
			run.Done()
			if len(came) == n {
				c.Shutdown()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return came
}

func TestTimes(t *testing.T) {
	berlin, ny := zone(t, "Europe/Berlin"), zone(t, "America/New_York")
	for _, c := range []struct {
		name, spec string
		start      time.Time
		want       []string
	}{
		{"minutes", "*/20 * * * *", time.Date(2026, 5, 1, 11, 50, 30, 0, berlin),
			[]string{"2026-05-01 12:00:00 +0200", "2026-05-01 12:20:00 +0200", "2026-05-01 12:40:00 +0200"}},
		{"seconds", "*/30 * * * * *", time.Date(2026, 5, 1, 11, 59, 40, 0, berlin),
			[]string{"2026-05-01 12:00:00 +0200", "2026-05-01 12:00:30 +0200"}},
		{"macro", "@daily", time.Date(2026, 12, 31, 0, 0, 0, 0, berlin),
			[]string{"2027-01-01 00:00:00 +0100", "2027-01-02 00:00:00 +0100"}},
		{"weekday", "0 9 * * 1", time.Date(2026, 11, 28, 0, 0, 0, 0, berlin),
			[]string{"2026-11-30 09:00:00 +0100", "2026-12-07 09:00:00 +0100"}},
		{"leap day", "0 0 29 2 *", time.Date(2026, 1, 1, 0, 0, 0, 0, berlin),
			[]string{"2028-02-29 00:00:00 +0100", "2032-02-29 00:00:00 +0100"}},
		{"spring: an hour that does not exist", "30 2 * * *", time.Date(2026, 3, 28, 12, 0, 0, 0, berlin),
			[]string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:30:00 +0200"}},
		{"spring in New York", "15 2 * * *", time.Date(2026, 3, 7, 12, 0, 0, 0, ny),
			[]string{"2026-03-08 03:00:00 -0400", "2026-03-09 02:15:00 -0400"}},
		{"autumn: an hour that comes twice", "30 2 * * *", time.Date(2026, 10, 24, 12, 0, 0, 0, berlin),
			[]string{"2026-10-25 02:30:00 +0200", "2026-10-26 02:30:00 +0100"}},
		{"autumn: set within the second of the two", "45 2 * * *", time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC).In(berlin),
			[]string{"2026-10-25 02:45:00 +0100", "2026-10-26 02:45:00 +0100"}},
		{"autumn: every hour", "30 * * * *", time.Date(2026, 10, 25, 1, 0, 0, 0, berlin),
			[]string{"2026-10-25 01:30:00 +0200", "2026-10-25 02:30:00 +0200", "2026-10-25 02:30:00 +0100", "2026-10-25 03:30:00 +0100"}},
		{"spring: every hour", "30 * * * *", time.Date(2026, 3, 29, 1, 0, 0, 0, berlin),
			[]string{"2026-03-29 01:30:00 +0100", "2026-03-29 03:30:00 +0200"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := runs(t, c.start, len(c.want), cron.Job{Spec: c.spec}, cron.Config{Location: c.start.Location()})
			assert.Equal(t, c.want, got)
		})
	}
}

func TestLimitAndJitter(t *testing.T) {
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	got := runs(t, start, 3, cron.Job{Spec: "0 * * * *", Limit: 2, Jitter: time.Minute}, cron.Config{Location: time.UTC, Rand: func() float64 { return 0.5 }})
	assert.Equal(t, []string{"2026-05-01 01:00:30 +0000", "2026-05-01 02:00:30 +0000"}, got, "it ends after two")
}

// A handler that blocks for five and a half minutes misses five runs.
func TestMissedRuns(t *testing.T) {
	for _, c := range []struct {
		missed cron.Missed
		want   []string
	}{
		{cron.RunOnce, []string{"00:01 0", "00:06 4", "00:07 0"}},
		{cron.Skip, []string{"00:01 0", "00:07 0", "00:08 0"}},
		{cron.RunAll, []string{"00:01 0", "00:02 0", "00:03 0", "00:04 0", "00:05 0", "00:06 0", "00:07 0"}},
	} {
		t.Run(fmt.Sprint(c.missed), func(t *testing.T) {
			clock := &poetest.Clock{Start: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
			k := kernel.New(kernel.Options{Clock: clock})
			cr, err := cron.New(k, cron.Config{Location: time.UTC})
			require.NoError(t, err)
			var came []string
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					_, err := cr.Add(cron.Job{Spec: "* * * * *", Event: "tick", Missed: c.missed})
					assert.NoError(t, err)
				},
				"tick": func(e kernel.Event) {
					run := kernel.Arg[*cron.Run](e, 0)
					came = append(came, fmt.Sprint(run.Due.Format("15:04 "), run.Missed))
					if len(came) == 1 {
						clock.Pass(5*time.Minute + 30*time.Second)
					}
					if len(came) == len(c.want) {
						cr.Shutdown()
					}
				},
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, c.want, came)
		})
	}
}

// A run that is not done holds up the next ones.
func TestNoOverlap(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{Start: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}})
	c, err := cron.New(k, cron.Config{Alias: "cron", Location: time.UTC})
	require.NoError(t, err)
	var came []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := c.Add(cron.Job{Spec: "* * * * *", Event: "tick", NoOverlap: true})
			assert.NoError(t, err)
		},
		"tick": func(e kernel.Event) {
			run := kernel.Arg[*cron.Run](e, 0)
			came = append(came, fmt.Sprint(run.Due.Format("15:04 "), run.Missed))
			e.Delay("done", 150*time.Second, run)
		},
		"done": func(e kernel.Event) {
			kernel.Arg[*cron.Run](e, 0).Done()
			if len(came) == 2 {
				e.Post(kernel.Alias("cron"), "shutdown")
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"00:01 0", "00:04 2"}, came)
}

// Other sessions use the component by its alias, as in POE.
func TestEvents(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}, Logger: slog.New(slog.DiscardHandler)})
	c, err := cron.New(k, cron.Config{Alias: "cron", Location: time.UTC})
	require.NoError(t, err)
	var got []any
	to := kernel.Alias("cron")
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			id, err := e.Call(to, "add", "* * * * *", "tick", "x", 7)
			assert.NoError(t, err)
			assert.IsType(t, cron.JobID(0), id)
			refused, err := e.Call(to, "add", "no times", "tick")
			assert.NoError(t, err)
			var wrong *kernel.ConfigError
			assert.ErrorAs(t, refused.(error), &wrong)
			assert.Equal(t, "Job.Spec", wrong.Field)
		},
		"tick": func(e kernel.Event) {
			run := kernel.Arg[*cron.Run](e, 0)
			got = e.Args[1:]
			assert.Len(t, c.Jobs(), 1)
			assert.Equal(t, 1, c.Jobs()[0].Runs)
			none, err := e.Call(to, "delete", run.ID+1)
			assert.NoError(t, err)
			assert.ErrorIs(t, none.(error), cron.ErrNoJob)
			e.Call(to, "delete", run.ID)
			assert.Empty(t, c.Jobs())
			e.Post(to, "shutdown")
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []any{"x", 7}, got)
	_, err = c.Add(cron.Job{Spec: "* * * * *", Event: "tick"})
	assert.ErrorIs(t, err, cron.ErrShutdown)
}

func TestMistakes(t *testing.T) {
	k := kernel.New()
	c, err := cron.New(k, cron.Config{})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		for spec, field := range map[string]string{
			"":                  "Job.Spec",
			"* * * *":           "Job.Spec",
			"61 * * * *":        "Job.Spec",
			"0 0 0 1 1 * 1999":  "Job.Spec", // its year is over
			"0 0 30 2 *":        "Job.Spec", // never
			"\x00\xff * * * *":  "Job.Spec",
			"*/0 * * * *":       "Job.Spec",
			"1-1000000 * * * *": "Job.Spec",
		} {
			_, err := c.Add(cron.Job{Spec: spec, Event: "tick"})
			var wrong *kernel.ConfigError
			if assert.ErrorAs(t, err, &wrong, "%q", spec) {
				assert.Equal(t, field, wrong.Field)
			}
		}
		_, err := c.Add(cron.Job{Spec: "* * * * *"})
		assert.ErrorContains(t, err, "Job.Event")
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

func FuzzSpec(f *testing.F) {
	for _, s := range []string{"* * * * *", "@daily", "0 0 29 2 *", "*/5 1-3,7 L * MON#2 2030", "1 2 3 W * *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		k := kernel.New(kernel.Options{Clock: &poetest.Clock{}, Logger: slog.New(slog.DiscardHandler)})
		c, err := cron.New(k, cron.Config{Location: time.UTC})
		require.NoError(t, err)
		_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			id, err := c.Add(cron.Job{Spec: spec, Event: "tick"})
			if err != nil {
				return
			}
			assert.True(t, c.Jobs()[0].Next.After(e.Kernel.Now()), spec)
			assert.NoError(t, c.Remove(id))
		}})
		require.NoError(t, err)
		require.NoError(t, k.Run())
	})
}

func Example() {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{Start: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}})
	c, err := cron.New(k, cron.Config{Location: time.UTC})
	if err != nil {
		fmt.Println(err)
		return
	}
	session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) { c.Add(cron.Job{Spec: "30 2 * * *", Event: "backup", Limit: 2}) },
		"backup": func(e kernel.Event) { fmt.Println("backup at", e.Kernel.Now().UTC().Format("Jan 2 15:04")) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// backup at May 1 02:30
	// backup at May 2 02:30
}

package followtail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
)

// step is something that happens to the log at a time.
type step struct {
	at time.Duration
	do func(d *sim.Disk)
}

func appends(text string) func(*sim.Disk) {
	return func(d *sim.Disk) { _ = d.Append("log", []byte(text)) }
}

// tailed follows a log on a simulated host, every 300 ms, and returns what was said. c
// may change the wheel's configuration.
func tailed(t *testing.T, o kernel.Options, c func(h *sim.Host, c *followtail.Config), steps ...step) (said []string) {
	t.Helper()
	sim.Run(t, sim.Config{Seeds: 1, Check: -1, Duration: 10 * time.Second, Settle: time.Second}, func(w *sim.World) {
		said = nil
		note := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
		var wheel *followtail.Wheel
		host := w.Host("host", func(h *sim.Host) {
			h.MayEnd = true
			config := followtail.Config{
				Filename: "log", Files: h.Files(), PollInterval: 300 * time.Millisecond, PollOnly: true,
				Events: &followtail.Funcs{
					Text:  func(_ *followtail.Wheel, line string) { note("%s", line) },
					Lost:  func(_ *followtail.Wheel, l followtail.Loss) { note("lost: %v", l) },
					Error: func(_ *followtail.Wheel, err *kernel.OpError) { note("%v", err) },
				},
			}
			c(h, &config)
			_, err := session.Inline(h.Kernel, session.Funcs{"_start": func(e kernel.Event) {
				var err error
				wheel, err = followtail.New(e.Kernel, config)
				require.NoError(t, err)
			}})
			require.NoError(t, err)
		})
		for _, s := range steps {
			w.After(s.at, func() { s.do(host.Disk) })
		}
		w.After(9*time.Second, func() { _ = wheel.Close() })
		w.Eventually("nothing is left open", func() error {
			if n := host.Disk.OpenFiles(); n > 0 {
				return fmt.Errorf("%d files", n)
			}
			return nil
		})
	})
	return said
}

func asItIs(*sim.Host, *followtail.Config) {}

// A log that loses its name between the search for rotated files and the opening is
// found by the next search, though it is older than the last look.
func TestAFileIsRotatedBeforeItIsOpened(t *testing.T) {
	calls := 0
	said := tailed(t, kernel.Options{}, asItIs,
		step{100 * time.Millisecond, func(d *sim.Disk) {
			appends("one\n")(d)
			d.Meanwhile(1, func() {
				if calls++; calls == 3 { // it is searched for twice
					_ = d.Rename("log", "log.1")
				}
			})
		}},
		step{2 * time.Second, appends("two\n")})
	require.Equal(t, []string{"one", "two"}, said)
	require.GreaterOrEqual(t, calls, 3)
}

// A log that is empty after a truncation, and is written, copied and truncated once more
// between two looks, is read from its copy.
func TestACopyOfWhatWasNeverSeen(t *testing.T) {
	rotate := func(to string) func(*sim.Disk) {
		return func(d *sim.Disk) {
			text, _ := d.Read("log")
			_ = d.Append(to, text)
			_ = d.Truncate("log", 0)
		}
	}
	said := tailed(t, kernel.Options{}, asItIs,
		step{100 * time.Millisecond, appends("one\n")}, step{1 * time.Second, rotate("log.2")},
		step{3100 * time.Millisecond, appends("two\n")}, step{3200 * time.Millisecond, rotate("log.1")})
	require.Equal(t, []string{"one", "two"}, said)
}

// A log that is truncated and has the same bytes as before where it was read to, among
// others, is read from its beginning.
func TestATruncatedLogThatLooksAlikeAtItsEnd(t *testing.T) {
	line := strings.Repeat("-", 80)
	said := tailed(t, kernel.Options{}, asItIs,
		step{100 * time.Millisecond, appends("one\n" + line + "\n")},
		step{2 * time.Second, func(d *sim.Disk) {
			_ = d.Truncate("log", 0)
			appends("two\n" + line + "\nthree\n")(d)
		}})
	require.Equal(t, []string{"one", line, "lost: log: the file was truncated", "two", line, "three"}, said)
}

// A log that is truncated after the wheel was made, and before it has read anything, is
// reported: its copy may be older than the wheel. Whether the log is empty when it is
// read, or longer than before, does not matter.
func TestATruncationBeforeTheFirstRead(t *testing.T) {
	const text = "one\nnot read\n"
	long := strings.Repeat("-", 300)
	for name, c := range map[string]struct {
		seek  int64
		lines []string // that are written after the truncation
	}{
		"nothing was read, empty":         {0, nil},
		"nothing was read, longer":        {0, []string{"two", long}},
		"nothing was read, begins alike":  {0, []string{"one", long}},
		"something was read, empty":       {4, nil},
		"something was read, longer":      {4, []string{"two", long}},
		"something was read, looks alike": {4, []string{"one", long}},
	} {
		for _, poll := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, poll %v", name, poll), func(t *testing.T) {
				said := tailed(t, kernel.Options{}, func(h *sim.Host, config *followtail.Config) {
					config.PollOnly, config.Seek = poll, &c.seek
					_ = h.Disk.Append("log", []byte(text))
					_ = h.Disk.Append("log.1", []byte(text[:6])) // it is being copied
					truncate := func(kernel.Event) {
						_ = h.Disk.Append("log.1", []byte(text[6:]))
						_ = h.Disk.Truncate("log", 0)
						for _, line := range c.lines {
							_ = h.Disk.Append("log", []byte(line+"\n"))
						}
					}
					_, err := session.Inline(h.Kernel, session.Funcs{
						"_start":   func(e kernel.Event) { e.Kernel.Yield("truncate") }, // before the wheel's first look
						"truncate": truncate,
					})
					require.NoError(t, err)
				})
				require.Equal(t, append([]string{"lost: log: the file was truncated"}, c.lines...), said)
			})
		}
	}
}

// A log that is truncated while the wheel is made does not prevent that.
func TestATruncationWhileTheWheelIsMade(t *testing.T) {
	for seek := range int64(5) {
		for call, made := 1, false; !made; call++ {
			said := tailed(t, kernel.Options{}, func(h *sim.Host, config *followtail.Config) {
				config.Seek = &seek
				_ = h.Disk.Append("log", []byte("one\n"))
				calls := 0
				h.Disk.Meanwhile(1, func() {
					if calls++; calls == call {
						_ = h.Disk.Truncate("log", 0)
					}
				})
				_, err := session.Inline(h.Kernel, session.Funcs{
					"_start": func(e kernel.Event) { e.Kernel.Yield("made") },
					"made":   func(kernel.Event) { made = calls < call },
				})
				require.NoError(t, err)
			}, step{time.Second, appends("two\n")})
			require.Equal(t, "two", said[len(said)-1])
			if len(said) > 1 {
				require.Contains(t, []string{"one", "lost: log: the file was truncated"}, said[0])
			}
		}
	}
}

// A copy that ends amid a line, since it is not whole yet, is continued in the log.
func TestACopyInPieces(t *testing.T) {
	const text = "a line of the log\nand one more, which is torn\n"
	for _, keep := range []bool{false, true} {
		said := tailed(t, kernel.Options{}, func(_ *sim.Host, c *followtail.Config) { c.KeepPartial = keep },
			step{100 * time.Millisecond, appends(text)}, step{200 * time.Millisecond, func(d *sim.Disk) { _ = d.Append("log.1", []byte(text[:30])) }},
			step{2 * time.Second, func(d *sim.Disk) {
				appends("not seen\n")(d)
				_ = d.Append("log.1", []byte(text[30:]+"not seen\n"))
				_ = d.Truncate("log", 0)
			}},
			step{3 * time.Second, appends("the next\n")})
		require.Equal(t, []string{"a line of the log", "and one more, which is torn", "not seen", "the next"}, said)
	}

	// A rotated log that ends so is no copy.
	said := tailed(t, kernel.Options{}, asItIs,
		step{100 * time.Millisecond, appends("one\nhalf")}, step{200 * time.Millisecond, func(d *sim.Disk) { _ = d.Rename("log", "log.1") }},
		step{2 * time.Second, appends("two\n")})
	require.Equal(t, []string{"one", "lost: log.1: the file ended with an incomplete record (4 bytes)", "two"}, said)
}

// The handler of Lost may close the wheel, whatever was lost.
func TestClosedWhenSomethingWasLost(t *testing.T) {
	rename := func(from, to string) func(*sim.Disk) {
		return func(d *sim.Disk) { _ = d.Rename(from, to) }
	}
	for name, steps := range map[string][]step{
		"partial":   {{0, appends("one\nhalf")}, {time.Second, rename("log", "log.1")}, {2 * time.Second, appends("two\n")}},
		"truncated": {{0, appends("one\ntwo\n")}, {time.Second, func(d *sim.Disk) { _ = d.Truncate("log", 0); appends("x\n")(d) }}},
		"gap": {
			{0, appends("one\n")}, {1 * time.Second, func(d *sim.Disk) { _ = d.Remove("log") }},
			{1050 * time.Millisecond, appends("two\n")}, {1060 * time.Millisecond, rename("log", "log.1")}, {1070 * time.Millisecond, appends("three\n")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			lost := 0
			tailed(t, kernel.Options{}, func(_ *sim.Host, c *followtail.Config) {
				c.Events.(*followtail.Funcs).Lost = func(w *followtail.Wheel, _ followtail.Loss) {
					lost++
					require.NoError(t, w.Close())
				}
			}, steps...)
			require.Equal(t, 1, lost)
		})
	}
}

// After the time of day was set back, logs that have been rotated since the last look are
// found, and read in the order of their names: their times are those of older ones.
func TestTheClockIsSetBackBetweenTwoLooks(t *testing.T) {
	var host *sim.Host
	rotate := func(d *sim.Disk) {
		for n := 3; n > 0; n-- {
			_ = d.Rename(fmt.Sprint("log.", n-1), fmt.Sprint("log.", n))
		}
		_ = d.Rename("log", "log.1")
	}
	said := tailed(t, kernel.Options{}, func(h *sim.Host, _ *followtail.Config) { host = h },
		step{100 * time.Millisecond, appends("one\n")},
		step{2010 * time.Millisecond, func(d *sim.Disk) { rotate(d); appends("two\n")(d) }},
		step{2020 * time.Millisecond, func(*sim.Disk) { host.SetClock(-time.Minute) }},
		step{2030 * time.Millisecond, func(d *sim.Disk) { rotate(d); appends("three\n")(d) }},
		step{2040 * time.Millisecond, func(d *sim.Disk) { rotate(d); appends("four\n")(d) }})
	require.Equal(t, []string{"one", "two", "three", "four"}, said)
}

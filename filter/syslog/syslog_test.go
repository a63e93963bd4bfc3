package syslog_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/syslog"
)

func newFilter(config syslog.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := syslog.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

var zone = time.FixedZone("", -7*3600)

// newYear is a clock that stands at the beginning of 2026.
func newYear() time.Time { return time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC) }

// messages come back as they were read; most are from the standards.
var messages = []struct {
	line string
	want *syslog.Message
}{
	{
		"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su root' failed for lonvick on /dev/pts/8 \u00e9",
		&syslog.Message{
			Facility: syslog.Auth, Severity: syslog.Critical, Time: time.Date(2003, 10, 11, 22, 14, 15, 3e6, time.UTC),
			Hostname: "mymachine.example.com", AppName: "su", MsgID: "ID47", Text: "'su root' failed for lonvick on /dev/pts/8 \u00e9",
		},
	},
	{
		"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
		&syslog.Message{
			Facility: syslog.Local4, Severity: syslog.Notice, Time: time.Date(2003, 8, 24, 5, 14, 15, 3000, zone),
			Hostname: "192.0.2.1", AppName: "myproc", ProcID: "8710", Text: "%% It's time to make the do-nuts.",
		},
	},
	{
		`<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="a\"b\\\]"][examplePriority@32473]`,
		&syslog.Message{
			Facility: syslog.Local4, Severity: syslog.Notice, Time: time.Date(2003, 10, 11, 22, 14, 15, 3e6, time.UTC),
			Hostname: "h", AppName: "evntslog", MsgID: "ID47",
			Data: []syslog.Element{
				{ID: "exampleSDID@32473", Params: []syslog.Param{{Name: "iut", Value: "3"}, {Name: "eventSource", Value: `a"b\]`}}},
				{ID: "examplePriority@32473"},
			},
		},
	},
	{"<0>1 - - - - - -", &syslog.Message{}},
	{"<191>1 - - - - - - \xff", &syslog.Message{Facility: syslog.Local7, Severity: syslog.Debug, Text: "\xff"}},
	{
		"<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed",
		&syslog.Message{
			Format: syslog.RFC3164, Facility: syslog.Auth, Severity: syslog.Critical, Time: time.Date(2025, 10, 11, 22, 14, 15, 0, time.UTC),
			Hostname: "mymachine", AppName: "su", ProcID: "12", Text: "'su root' failed",
		},
	},
	{
		"<13>Jan  1 00:01:00 ::1 no tag: at all",
		&syslog.Message{
			Format: syslog.RFC3164, Facility: syslog.User, Severity: syslog.Notice, Time: time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC),
			Hostname: "::1", Text: "no tag: at all",
		},
	},
	{ // as busybox and what writes to /dev/log leave out the host
		"<30>Jan  1 00:01:00 chronyd[1119]: x: y",
		&syslog.Message{
			Format: syslog.RFC3164, Facility: syslog.Daemon, Severity: syslog.Info, Time: time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC),
			AppName: "chronyd", ProcID: "1119", Text: "x: y",
		},
	},
	{
		"<30>Jan  1 00:01:00 prog: ",
		&syslog.Message{
			Format: syslog.RFC3164, Facility: syslog.Daemon, Severity: syslog.Info, Time: time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC), AppName: "prog",
		},
	},
	{"<13>just text", &syslog.Message{Format: syslog.RFC3164, Facility: syslog.User, Severity: syslog.Notice, Text: "just text"}},
}

// both is a clock that stands, for filters in every framing.
func framing(f syslog.Framing) syslog.Config { return syslog.Config{Framing: f, Now: newYear} }

func TestStream(t *testing.T) {
	var lines, counted, mixed strings.Builder
	var want []any
	for i, m := range messages {
		lines.WriteString(m.line + "\r\n\n")
		frame := strconv.Itoa(len(m.line)) + " " + m.line
		counted.WriteString(frame)
		if i%2 == 0 {
			mixed.WriteString(frame)
		} else {
			mixed.WriteString(m.line + "\n")
		}
		want = append(want, m.want)
	}
	filtertest.Run(t, newFilter(framing(syslog.Lines)), []byte(lines.String()), want)
	filtertest.Run(t, newFilter(framing(syslog.Counted)), []byte(counted.String()), want)
	filtertest.Run(t, newFilter(framing(syslog.Auto)), []byte(mixed.String()), want)
}

func TestAppendAsRead(t *testing.T) {
	f := newFilter(framing(syslog.Lines))()
	for _, m := range messages {
		out, err := f.Append(nil, m.want)
		require.NoError(t, err)
		assert.Equal(t, m.line+"\n", string(out))
	}
}

func TestYear(t *testing.T) {
	for _, test := range []struct {
		now  time.Time
		line string
		want time.Time
	}{
		{newYear(), "<13>Dec 31 23:59:59 h t: x", time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC)},
		{time.Date(2025, 12, 31, 23, 59, 0, 0, time.UTC), "<13>Jan  1 00:00:00 h t: x", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		{time.Date(2024, 3, 1, 0, 0, 0, 0, zone), "<13>Feb 29 12:00:00 h t: x", time.Date(2024, 2, 29, 12, 0, 0, 0, zone)},
	} {
		m, err := syslog.Parse([]byte(test.line), test.now)
		require.NoError(t, err)
		assert.True(t, test.want.Equal(m.Time), "%v", m.Time)
	}
}

// TestAnythingElse checks that what is neither kind is text.
func TestAnythingElse(t *testing.T) {
	for line, text := range map[string]string{
		"no priority": "no priority", "<>x": "<>x", "<1234>x": "<1234>x", "<192>x": "<192>x", "<01>x": "<01>x", "<1a>x": "<1a>x", "<13": "<13",
		"<13>": "", "<13>2 x": "2 x", "<13>Feb 30 00:00:00 h t: x": "Feb 30 00:00:00 h t: x", "<13>Oct 11 22:14:15": "Oct 11 22:14:15",
		"<13>Oct 11 22:14:15 host": "Oct 11 22:14:15 host",
	} {
		m, err := syslog.Parse([]byte(line), newYear())
		require.NoError(t, err)
		assert.Equal(t, &syslog.Message{Format: syslog.RFC3164, Facility: syslog.User, Severity: syslog.Notice, Text: text}, m, line)
	}
	for rest, text := range map[string]string{"tag[1: x": "tag[1: x", "tag[]: x": "tag[]: x", "tag[1] x": "tag[1] x", "tag:x": "tag:x", ": x": ": x"} {
		m, err := syslog.Parse([]byte("<13>Oct 11 22:14:15 h "+rest), newYear())
		require.NoError(t, err)
		assert.Equal(t, text, m.Text)
		assert.Empty(t, m.AppName)
	}
}

func TestMalformed(t *testing.T) {
	for _, line := range []string{
		"<34>1 ", "<34>1 - - - - -", "<34>1  - - - - -", "<34>1 - h\x01 - - - -",
		"<34>1 2003-10-11 - - - - -", "<34>1 2003-10-11T22:14:15,5Z - - - - -", "<34>1 2003-10-11T22:14:15.0000001Z - - - - -",
		"<34>1 - " + strings.Repeat("h", 256) + " - - - -", "<34>1 - - " + strings.Repeat("a", 49) + " - - -",
		"<34>1 - - - - - x", "<34>1 - - - - - -x", "<34>1 - - - - - [", "<34>1 - - - - - []", "<34>1 - - - - - [a", "<34>1 - - - - - [a b]",
		"<34>1 - - - - - [a b=c]", `<34>1 - - - - - [a b="c]`, `<34>1 - - - - - [a b="c\`, `<34>1 - - - - - [a b="]"]`, `<34>1 - - - - - [a ="c"]`,
		`<34>1 - - - - - [a]x`, "<34>1 - - - - - [" + strings.Repeat("a", 33) + "]",
	} {
		f := newFilter(framing(syslog.Lines))()
		rec, n, err := f.Decode([]byte(line + "\n<13>x\n"))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%q gave %v", line, rec)
		assert.Equal(t, len(line)+1, n)
		_, _, err = f.Decode([]byte("<13>x\n"))
		require.NoError(t, err, "the next message is good")
	}
}

func TestBrokenFraming(t *testing.T) {
	for _, stream := range []string{"<13>x\n", "01 x", "x", "5x", " 5 hello"} {
		f := newFilter(syslog.Config{Framing: syslog.Counted, MaxLength: 100})()
		_, n, err := f.Decode([]byte(stream))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%q", stream)
		assert.Equal(t, len(stream), n)
		_, _, again := f.Decode([]byte("5 <13>x"))
		assert.Equal(t, err, again, "an error is final")
		_, err = f.Append(nil, syslog.Message{})
		require.NoError(t, err, "the other direction is intact")
	}
}

func TestLimits(t *testing.T) {
	for _, kind := range []syslog.Framing{syslog.Counted, syslog.Auto} {
		small := newFilter(syslog.Config{Framing: kind, MaxLength: 8})
		filtertest.Limit(t, small, []byte("9 <13>12345"), "MaxLength")
		filtertest.Limit(t, small, []byte("9223372036854775808 x"), "MaxLength")
		filtertest.Limit(t, small, []byte(strings.Repeat("9", 100)), "MaxLength")
	}
	for _, kind := range []syslog.Framing{syslog.Lines, syslog.Auto} {
		small := newFilter(syslog.Config{Framing: kind, MaxLength: 8})
		filtertest.Limit(t, small, []byte("<13>12345\n"), "MaxLength")
		filtertest.Limit(t, small, []byte("<13>"+strings.Repeat("x", 100)), "MaxLength")
		m := func(text string) any {
			return &syslog.Message{Format: syslog.RFC3164, Facility: syslog.User, Severity: syslog.Notice, Text: text}
		}
		filtertest.Decode(t, small, []byte("<13>1234\r\n"), []any{m("1234")})
		f := small()
		_, n, err := f.Decode([]byte("<13>" + strings.Repeat("x", 100)))
		require.ErrorIs(t, err, filter.ErrLimit)
		assert.Equal(t, 104, n, "nothing of it is kept")
		rec, _, err := f.Decode([]byte("5 xxx\n<13>1\n"))
		require.NoError(t, err)
		assert.Equal(t, m("1"), rec)
	}
}

// TestNoLimits checks that hostile sizes do no harm where there is no limit.
func TestNoLimits(t *testing.T) {
	for _, kind := range []syslog.Framing{syslog.Auto, syslog.Counted, syslog.Lines} {
		f := newFilter(syslog.Config{Framing: kind, MaxLength: math.MaxInt})()
		_, n, err := f.Decode([]byte("9223372036854775807 <13>x"))
		assert.Equal(t, filter.ErrMore, err)
		assert.Zero(t, n)
	}
}

func TestAppendRefuses(t *testing.T) {
	bsd := syslog.Message{Format: syslog.RFC3164, Time: newYear(), Hostname: "h", AppName: "a", ProcID: "1"}
	with := func(change func(*syslog.Message)) syslog.Message {
		m := bsd
		change(&m)
		return m
	}
	lines := newFilter(syslog.Config{Framing: syslog.Lines, MaxLength: 100})()
	_, err := lines.Append(nil, bsd)
	require.NoError(t, err)
	for _, rec := range []any{
		"x", (*syslog.Message)(nil), syslog.Message{Facility: 24}, syslog.Message{Facility: -1}, syslog.Message{Severity: 8}, syslog.Message{Format: 2},
		syslog.Message{Hostname: "a b"}, syslog.Message{AppName: strings.Repeat("x", 49)}, syslog.Message{MsgID: "\u00e9"},
		syslog.Message{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		syslog.Message{Data: []syslog.Element{{}}}, syslog.Message{Data: []syslog.Element{{ID: "a", Params: []syslog.Param{{Name: "="}}}}},
		syslog.Message{Data: []syslog.Element{{ID: "a", Params: []syslog.Param{{Name: "b", Value: "\xff"}}}}},
		syslog.Message{Text: "a\nb"}, syslog.Message{Text: "a\r"}, syslog.Message{Text: strings.Repeat("x", 100)},
		with(func(m *syslog.Message) { m.MsgID = "x" }), with(func(m *syslog.Message) { m.Hostname, m.AppName, m.ProcID = "", "", "" }), with(func(m *syslog.Message) { m.Hostname = "h:" }),
		with(func(m *syslog.Message) { m.Time = time.Time{} }), with(func(m *syslog.Message) { m.AppName = "a b" }),
		with(func(m *syslog.Message) { m.AppName = "" }), with(func(m *syslog.Message) { m.ProcID = "]" }),
		syslog.Message{Format: syslog.RFC3164, Text: "1 - -"},
	} {
		out, err := lines.Append([]byte("before"), rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%v", rec)
		assert.Equal(t, "before", string(out))
	}
	counted := newFilter(syslog.Config{MaxLength: 20})()
	out, err := counted.Append(nil, syslog.Message{Text: "a\nb"})
	require.NoError(t, err)
	assert.Equal(t, "20 <0>1 - - - - - - a\nb", string(out))
	_, err = counted.Append(nil, syslog.Message{Text: "a\nbc"})
	require.ErrorIs(t, err, filter.ErrLimit)
}

func TestConfig(t *testing.T) {
	for field, config := range map[string]syslog.Config{"Framing": {Framing: 3}, "MaxLength": {MaxLength: -1}} {
		_, err := syslog.New(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

func TestParam(t *testing.T) {
	m := messages[2].want
	value, ok := m.Param("exampleSDID@32473", "iut")
	assert.True(t, ok)
	assert.Equal(t, "3", value)
	_, ok = m.Param("examplePriority@32473", "iut")
	assert.False(t, ok)
}

func FuzzDecode(f *testing.F) {
	var seeds []string
	for _, m := range messages {
		seeds = append(seeds, m.line+"\n", strconv.Itoa(len(m.line))+" "+m.line)
	}
	filtertest.FuzzCuts(f, newFilter(syslog.Config{MaxLength: 500, Now: newYear}), seeds...)
}

// FuzzRoundTrip checks that an RFC 5424 message is read back as it was put.
func FuzzRoundTrip(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m.line))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := syslog.Parse(frame, newYear())
		if err != nil || m.Format != syslog.RFC5424 || strings.HasPrefix(m.Text, "\xEF\xBB\xBF") {
			return
		}
		filter := newFilter(syslog.Config{Framing: syslog.Counted, MaxLength: 1 << 20})()
		out, err := filter.Append(nil, m)
		if err != nil {
			return
		}
		again, _, err := filter.Decode(out)
		require.NoError(t, err)
		m.Time, again.(*syslog.Message).Time = m.Time.UTC(), again.(*syslog.Message).Time.UTC()
		require.Equal(t, m, again)
	})
}

func BenchmarkDecode(b *testing.B) {
	f := newFilter(framing(syslog.Lines))()
	line := []byte(messages[0].line + "\n")
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		f.Decode(line)
	}
}

func Example() {
	f, err := syslog.New(syslog.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("48 <34>1 2026-01-02T03:04:05Z box su 7 - - no entry<13>no more than text\n"))
	for _, rec := range recs {
		m := rec.(*syslog.Message)
		fmt.Printf("%d.%d %s[%s] %q\n", m.Facility, m.Severity, m.AppName, m.ProcID, m.Text)
	}
	fmt.Println(err)
	out, err := b.Put(&syslog.Message{Facility: syslog.Daemon, Severity: syslog.Info, AppName: "poe", Text: "started"})
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// 4.2 su[7] "no entry"
	// 1.5 [] "no more than text"
	// <nil>
	// ["27 <30>1 - - poe - - - started"] <nil>
}

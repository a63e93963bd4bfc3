package irc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/irc"
)

func newFilter(config irc.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := irc.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

// lines are messages that come back as they were read.
var lines = []struct {
	line string
	want *irc.Message
}{
	{"PING", &irc.Message{Command: "PING"}},
	{"001 me :Welcome to IRC", &irc.Message{Command: "001", Params: []string{"me", "Welcome to IRC"}}},
	{":irc.example.org NOTICE * :", &irc.Message{Source: "irc.example.org", Command: "NOTICE", Params: []string{"*", ""}}},
	{":n!u@h PRIVMSG #chan ::-)", &irc.Message{Source: "n!u@h", Command: "PRIVMSG", Params: []string{"#chan", ":-)"}}},
	{"MODE #c +o a:b", &irc.Message{Command: "MODE", Params: []string{"#c", "+o", "a:b"}}},
	{
		`@time=2026-01-01T00:00:00.000Z;+draft/reply=a\:b\s\\\r\n;flag :n JOIN #c`,
		&irc.Message{
			Tags:   []irc.Tag{{Key: "time", Value: "2026-01-01T00:00:00.000Z"}, {Key: "+draft/reply", Value: "a;b \\\r\n"}, {Key: "flag"}},
			Source: "n", Command: "JOIN", Params: []string{"#c"},
		},
	},
	{"PRIVMSG #c :caf\xe9", &irc.Message{Command: "PRIVMSG", Params: []string{"#c", "caf\xe9"}}}, // Latin-1
}

func TestStream(t *testing.T) {
	var stream strings.Builder
	var want []any
	for _, l := range lines {
		stream.WriteString(l.line + "\r\n")
		want = append(want, l.want)
	}
	filtertest.Run(t, newFilter(irc.Config{}), []byte(stream.String()), want)
}

func TestString(t *testing.T) {
	for _, l := range lines {
		want := l.line
		if l.want.Command == "PRIVMSG" && strings.HasPrefix(l.want.Params[1], "caf") {
			want = "PRIVMSG #c caf\xe9" // no colon where there need not be one
		}
		assert.Equal(t, want, l.want.String())
	}
}

func TestLiberal(t *testing.T) {
	for line, want := range map[string]*irc.Message{
		"  ping  a   b  ":      {Command: "ping", Params: []string{"a", "b"}},
		":s   TOPIC  #c  : x ": {Source: "s", Command: "TOPIC", Params: []string{"#c", " x "}},
		"@a=;b;;=c PING":       {Tags: []irc.Tag{{Key: "a"}, {Key: "b"}, {Value: "c"}}, Command: "PING"},
		`@a=x\y\ PING`:         {Tags: []irc.Tag{{Key: "a", Value: "xy"}}, Command: "PING"},
		"@ PING":               {Tags: []irc.Tag{}, Command: "PING"},
	} {
		got, err := irc.Parse([]byte(line))
		require.NoError(t, err, line)
		assert.Equal(t, want, got, line)
	}
}

func TestLineEnds(t *testing.T) {
	ping := &irc.Message{Command: "PING"}
	filtertest.Decode(t, newFilter(irc.Config{}), []byte("\r\nPING\n\n  \r\nPING\r\n\r\nPI"), []any{ping, ping})
}

func TestMalformed(t *testing.T) {
	for _, line := range []string{
		":", ": PING", ":src", "@a", "@a ", "12", "1234", "12a", "PI-NG", "P\x00NG", "PRIVMSG a\rb", "\xff",
	} {
		f := newFilter(irc.Config{})()
		rec, n, err := f.Decode([]byte(line + "\r\nPING\r\n"))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%q gave %v", line, rec)
		assert.Equal(t, len(line)+2, n)
		rec, _, err = f.Decode([]byte("PING\r\n"))
		require.NoError(t, err, "the next line is good")
		assert.Equal(t, &irc.Message{Command: "PING"}, rec)
	}
	for _, line := range []string{"PING a\nb", "PING a\rb"} {
		_, err := irc.Parse([]byte(line))
		assert.Error(t, err)
	}
}

func TestAppendRefuses(t *testing.T) {
	f := newFilter(irc.Config{})()
	for _, rec := range []any{
		"PING", nil, (*irc.Message)(nil), irc.Message{}, irc.Message{Command: "A B"}, irc.Message{Command: "PING\r\nQUIT"},
		irc.Message{Command: "PING", Params: []string{"a\r\nQUIT"}},
		irc.Message{Command: "PING", Params: []string{"a\x00"}},
		irc.Message{Command: "PING", Params: []string{"", "b"}},
		irc.Message{Command: "PING", Params: []string{"a b", "c"}},
		irc.Message{Command: "PING", Params: []string{":a", "c"}},
		irc.Message{Command: "PING", Source: "a b"},
		irc.Message{Command: "PING", Source: "a\n"},
		irc.Message{Command: "PING", Tags: []irc.Tag{{}}},
		irc.Message{Command: "PING", Tags: []irc.Tag{{Key: "a b"}}},
		irc.Message{Command: "PING", Tags: []irc.Tag{{Key: "a", Value: "\x00"}}},
		irc.Message{Command: "PING", Params: []string{strings.Repeat("x", 506)}},
		irc.Message{Command: "PING", Tags: []irc.Tag{{Key: "a", Value: strings.Repeat("x", 8190)}}},
	} {
		out, err := f.Append([]byte("before"), rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%v", rec)
		assert.Equal(t, "before", string(out))
	}
	out, err := f.Append(nil, irc.Message{Command: "PING", Params: []string{strings.Repeat("x", 505)}})
	require.NoError(t, err)
	assert.Len(t, out, 512)
}

func TestLimits(t *testing.T) {
	small := newFilter(irc.Config{MaxLength: 10, MaxTags: 6})
	ping := &irc.Message{Command: "PING", Params: []string{"1234"}} // 11 with CR LF
	filtertest.Limit(t, small, []byte("PING 1234\r\n"), "MaxLength")
	filtertest.Limit(t, small, []byte("@a=b PING 1234\r\n"), "MaxLength")
	filtertest.Limit(t, small, []byte("@a=bcd PING\r\n"), "MaxTags")
	filtertest.Limit(t, small, []byte("@"+strings.Repeat("x", 100)), "MaxTags")
	filtertest.Decode(t, small, []byte("PING 1234\n@a=bc PING\r\n"),
		[]any{ping, &irc.Message{Tags: []irc.Tag{{Key: "a", Value: "bc"}}, Command: "PING"}})

	f := small()
	_, n, err := f.Decode([]byte(strings.Repeat("x", 30)))
	require.ErrorIs(t, err, filter.ErrLimit)
	assert.Equal(t, 30, n, "nothing of it is kept")
	_, n, err = f.Decode([]byte("more"))
	require.ErrorIs(t, err, filter.ErrMore)
	assert.Equal(t, 4, n)
	rec, _, err := f.Decode([]byte("\r\nPING 1234\n"))
	require.NoError(t, err)
	assert.Equal(t, ping, rec)
}

func TestConfig(t *testing.T) {
	for field, config := range map[string]irc.Config{"MaxLength": {MaxLength: -1}, "MaxTags": {MaxTags: -1}} {
		_, err := irc.New(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

func TestHelpers(t *testing.T) {
	m := irc.Message{Tags: []irc.Tag{{Key: "a", Value: "1"}, {Key: "a", Value: "2"}}, Params: []string{"x"}}
	value, ok := m.Tag("a")
	assert.True(t, ok)
	assert.Equal(t, "2", value)
	_, ok = m.Tag("b")
	assert.False(t, ok)
	assert.Equal(t, "x", m.Param(0))
	assert.Empty(t, m.Param(1))
	assert.Empty(t, m.Param(-1))
	nick, user, host := irc.SplitSource("n!~u@h")
	assert.Equal(t, []string{"n", "~u", "h"}, []string{nick, user, host})
	nick, user, host = irc.SplitSource("irc.example.org")
	assert.Equal(t, []string{"irc.example.org", "", ""}, []string{nick, user, host})
}

func FuzzDecode(f *testing.F) {
	var seeds []string
	for _, l := range lines {
		seeds = append(seeds, l.line+"\r\n")
	}
	filtertest.FuzzCuts(f, newFilter(irc.Config{}), seeds...)
}

// FuzzRoundTrip checks that a message which can be put is read back as it was.
func FuzzRoundTrip(f *testing.F) {
	for _, l := range lines {
		f.Add([]byte(l.line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		message, err := irc.Parse(line)
		if err != nil {
			return
		}
		filter := newFilter(irc.Config{MaxLength: 1 << 20, MaxTags: 1 << 20})()
		out, err := filter.Append(nil, message)
		if err != nil {
			return
		}
		again, n, err := filter.Decode(out)
		if len(message.Tags) == 0 { // "@ " has none
			message.Tags = nil
		}
		require.NoError(t, err)
		require.Equal(t, len(out), n)
		require.Equal(t, message, again)
	})
}

func BenchmarkDecode(b *testing.B) {
	f := newFilter(irc.Config{})()
	line := []byte("@time=2026-01-01T00:00:00.000Z :nick!user@host.example.org PRIVMSG #channel :Hello everybody, how are you?\r\n")
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		f.Decode(line)
	}
}

func Example() {
	f, err := irc.New(irc.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("@time=now :ann!a@example.org PRIVMSG #poe :hello, all\r\n"))
	m := recs[0].(*irc.Message)
	nick, _, _ := irc.SplitSource(m.Source)
	fmt.Printf("%s to %s: %q %v\n", nick, m.Param(0), m.Param(1), err)
	out, err := b.Put(&irc.Message{Command: "PRIVMSG", Params: []string{m.Param(0), "hello, " + nick}})
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// ann to #poe: "hello, all" <nil>
	// ["PRIVMSG #poe :hello, ann\r\n"] <nil>
}

// A server passes on what it can of a message that its source makes too long.
func TestTruncate(t *testing.T) {
	text := "a " + strings.Repeat("\u00e9", 240)
	message := irc.Message{Command: "PRIVMSG", Params: []string{"#c", text}}
	f := newFilter(irc.Config{Truncate: true})()
	out, err := f.Append([]byte("before"), message)
	require.NoError(t, err)
	assert.Equal(t, "beforePRIVMSG #c :"+text+"\r\n", string(out), "it fits")
	message.Source = "nick!user@host.example.org"
	message.Tags = []irc.Tag{{Key: "a", Value: "b"}}
	out, err = f.Append([]byte("before"), message)
	require.NoError(t, err)
	line := strings.TrimPrefix(string(out), "before@a=b ")
	assert.LessOrEqual(t, len(line), 512)
	assert.Greater(t, len(line), 508)
	rec, _, err := f.Decode([]byte(line))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(text, rec.(*irc.Message).Params[1]), "characters stay whole")
	message.Source = strings.Repeat("s", 600)
	_, err = f.Append(nil, message)
	assert.ErrorIs(t, err, filter.ErrLimit, "there is not enough to cut")
	_, err = newFilter(irc.Config{})().Append(nil, message)
	assert.ErrorIs(t, err, filter.ErrLimit)
}

// Tags have a limit of their own: a line may have 8,191 bytes of them and 512
// of the message.
func TestLongestLine(t *testing.T) {
	line := "@t=" + strings.Repeat("x", 8191-4) + " PRIVMSG #c :y "
	line += strings.Repeat("y", 8191+510-len(line)) + "\r\n"
	rec, n, err := newFilter(irc.Config{})().Decode([]byte(line))
	require.NoError(t, err)
	assert.Equal(t, 8191+512, n)
	out, err := newFilter(irc.Config{})().Append(nil, rec)
	require.NoError(t, err)
	assert.True(t, line == string(out), "it comes back as it was")
	filtertest.Limit(t, newFilter(irc.Config{}), []byte("PRIVMSG #c :"+strings.Repeat("y", 499)+"\r\n"), "MaxLength")
	_, _, err = newFilter(irc.Config{MaxLength: 4096})().Decode([]byte("PRIVMSG #c :" + strings.Repeat("y", 2000) + "\r\n"))
	require.NoError(t, err, "longer lines can be accepted")
}

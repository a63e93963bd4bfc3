package filter_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/csvrec"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/filter/jsonrec"
	"github.com/gopoe/poe/filter/syslog"
)

// A record that is wrong costs one error, and what follows it is decoded as if
// nothing had been.
func TestBadRecordsAreRecoverable(t *testing.T) {
	irc := func() filter.Filter { return must(irc.New(irc.Config{MaxLength: 20, MaxTags: 30})) }
	message := func(command string) any {
		rec, _, err := irc().Decode([]byte(command + "\n"))
		require.NoError(t, err)
		return rec
	}
	json := func() filter.Filter { return must(jsonrec.New(jsonrec.Config{MaxLength: 20, MaxDepth: 2})) }
	text := func() filter.Filter { return must(jsonrec.NewText(jsonrec.Config{MaxLength: 20, MaxDepth: 2})) }
	point := func() filter.Filter {
		return must(jsonrec.New(jsonrec.Config{Stream: true, New: func() any { return new(int) }}))
	}
	csv := func() filter.Filter { return must(csvrec.New(csvrec.Config{MaxLength: 20})) }
	line := func() filter.Filter { return must(filter.NewLine(filter.LineConfig{Literal: "\n", MaxLength: 3})) }
	block := func() filter.Filter { return must(filter.NewBlock(filter.BlockConfig{MaxLength: 3})) }
	nul := func() filter.Filter {
		return must(filter.NewDelimited(filter.DelimitedConfig{Delimiter: "\x00", MaxLength: 3}))
	}
	dots := func() filter.Filter { return must(filter.NewDotStuffed(filter.DotStuffedConfig{MaxLength: 12})) }
	reference := func() filter.Filter {
		return must(filter.NewReference(filter.ReferenceConfig{Serializer: filter.JSON{}}))
	}
	stack := func() filter.Filter {
		return must(filter.NewStack(must(filter.NewLine(filter.LineConfig{Literal: ";"})), line()))
	}
	prefixed := func() filter.Filter {
		return must(filter.NewPrefixed(filter.PrefixedConfig{Size: 2, MaxLength: 3}))
	}
	sys := func() filter.Filter { return must(syslog.New(syslog.Config{MaxLength: 50})) }
	logged := any(&syslog.Message{Facility: syslog.User, Severity: syslog.Info})
	number := func(n int) any { return &n }
	for name, test := range map[string]struct {
		newFilter func() filter.Filter
		stream    string
		want      []any
		errs      int
	}{
		"irc/no command": {irc, "JOIN\r\n12345 bad\r\nQUIT\r\n", list(message("JOIN"), message("QUIT")), 1},
		"irc/too long":   {irc, "JOIN\n:" + fill(40) + "\nQUIT\n", list(message("JOIN"), message("QUIT")), 1},
		"irc/tags":       {irc, "@" + fill(40) + " PART\nQUIT\n", list(message("QUIT")), 1},
		"irc/two":        {irc, "PART\x00\n?\nQUIT\n", list(message("QUIT")), 2},

		"json/syntax":   {json, "1\n{bad\n2\n3\n", list(1.0, 2.0, 3.0), 1},
		"json/two":      {json, "1 1\n\"\n2\n", list(2.0), 2},
		"json/too long": {json, "1\n\"" + fill(30) + "\"\n2\n", list(1.0, 2.0), 1},
		"json/too deep": {json, "1\n[[[1]]]\n2\n", list(1.0, 2.0), 1},
		"json/text":     {text, "1\n{bad\n[[[1]]]\n2\n", list("1", "2"), 2},
		"json/type":     {point, "1 \"x\" 2 ", list(number(1), number(2)), 1},

		"csv/fields":   {csv, "a,b\n1\nc,d\n", list([]string{"a", "b"}, []string{"c", "d"}), 1},
		"csv/quote":    {csv, "a,b\n\"x\"y,1\nc,d\n", list([]string{"a", "b"}, []string{"c", "d"}), 1},
		"csv/too long": {csv, "a,b\n" + fill(30) + ",1\nc,d\n", list([]string{"a", "b"}, []string{"c", "d"}), 1},

		"line":           {line, "a\ntoo long\nb\n", list("a", "b"), 1},
		"block":          {block, "1\x00a4\x00abcd1\x00b", list("a", "b"), 1},
		"delimited":      {nul, "a\x00" + fill(9) + "\x00b\x00", list("a", "b"), 1},
		"prefixed":       {prefixed, "\x00\x01a\x00\x04abcd\x00\x01b", list("a", "b"), 1},
		"prefixed/first": {prefixed, "\x01\x00" + fill(256) + "\x00\x01b", list("b"), 1},
		"syslog/5424":    {sys, "<14>1 bad\n<14>1 - - - - - -\n", list(logged), 1},
		"syslog/long":    {sys, "<14>" + fill(60) + "\n<14>1 - - - - - -\n", list(logged), 1},
		"syslog/counted": {sys, "60 " + fill(60) + "17 <14>1 - - - - - -", list(logged), 1},
		"syslog/both":    {sys, "9 <14>1 bad17 <14>1 - - - - - -", list(logged), 1},
		"dots/too long":  {dots, fill(20) + "\r\n.\r\na\r\n.\r\n", list("a\r\n"), 1},
		"dots/bare":      {dots, "a\nb\r\n.\r\na\r\n.\r\n", list("a\r\n"), 1},
		"reference/thaw": {reference, "4\x00{bad3\x00[1]", list([]any{1.0}), 1},
		"stack/inner":    {stack, "a\n;too long\n;b\n;", list("a", "b"), 1},

		"irc/first":             {irc, "12345 bad\r\nQUIT\r\n", list(message("QUIT")), 1},
		"irc/last":              {irc, "JOIN\r\n?\r\n", list(message("JOIN")), 1},
		"irc/prefix alone":      {irc, ":a\r\nQUIT\r\n", list(message("QUIT")), 1},
		"irc/tags alone":        {irc, "@a=b\r\nQUIT\r\n", list(message("QUIT")), 1},
		"irc/long twice":        {irc, fill(40) + "\n" + fill(90) + "\nQUIT\n", list(message("QUIT")), 2},
		"irc/empty lines":       {irc, "\r\n\r\nQUIT\r\n\r\n", list(message("QUIT")), 0},
		"json/empty lines":      {json, "1\n\n \n2\n", list(1.0, 2.0), 0},
		"json/crlf":             {json, "1\r\n{bad\r\n2\r\n", list(1.0, 2.0), 1},
		"json/first and last":   {json, "]\n1\n{\n", list(1.0), 2},
		"json/NUL":              {json, "1\n\x00\n2\n", list(1.0, 2.0), 1},
		"json/not a number":     {json, "NaN\n1e999\n2\n", list(2.0), 2},
		"json/deep and long":    {json, "[[[" + fill(30) + "\n2\n", list(2.0), 1},
		"csv/three of them":     {csv, "a,b\n1\n1,2,3\nc,d\n4\n", list([]string{"a", "b"}, []string{"c", "d"}), 3},
		"csv/quote inside":      {csv, "a,b\nx\"y,1\nc,d\n", list([]string{"a", "b"}, []string{"c", "d"}), 1},
		"csv/long quoted":       {csv, "a,b\n\"" + fill(30) + "\",1\nc,d\n", list([]string{"a", "b"}, []string{"c", "d"}), 1},
		"line/first and last":   {line, "too long\na\ntoo long\n", list("a"), 2},
		"line/at the limit":     {line, "abc\nabcd\nabc\n", list("abc", "abc"), 1},
		"delimited/twice":       {nul, fill(9) + "\x00" + fill(4) + "\x00b\x00", list("b"), 2},
		"syslog/first and last": {sys, "<14>1 bad\n<14>1 - - - - - -\n<14>1 \n", list(logged), 2},
		"dots/twice":            {dots, fill(20) + "\r\n.\r\n" + fill(30) + "\r\n.\r\na\r\n.\r\n", list("a\r\n"), 2},
		"reference/twice":       {reference, "4\x00{bad1\x00]3\x00[1]", list([]any{1.0}), 2},
		"reference/empty":       {reference, "0\x003\x00[1]", list([]any{1.0}), 1},
	} {
		t.Run(name, func(t *testing.T) {
			filtertest.Recovers(t, test.newFilter, []byte(test.stream), test.want, test.errs)
		})
	}
}

func TestRecoverable(t *testing.T) {
	bad := &filter.Error{Filter: "X", Op: "decode", Err: filter.ErrLimit, Recoverable: true}
	require.True(t, filter.Recoverable(bad))
	require.True(t, filter.Recoverable(fmt.Errorf("read: %w", bad)))
	require.False(t, filter.Recoverable(&filter.Error{Filter: "X", Op: "decode", Err: bad}), "the outer error decides")
	require.False(t, filter.Recoverable(errors.New("unknown")))
	require.False(t, filter.Recoverable(nil))
}

// A final error of a Buffer stays until the filter is replaced.
func TestBufferFinalError(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewNetstring(filter.NetstringConfig{})))
	recs, err := b.Get([]byte("1:a,?"))
	require.Equal(t, list("a"), recs)
	require.Error(t, err)
	_, again := b.Get([]byte("1:b,"))
	require.Equal(t, err, again)
	require.Equal(t, err, b.GetOneStart([]byte("1:b,")))
	require.Empty(t, b.Bytes())
	recs, err = b.Finish()
	require.NoError(t, err, "it has been returned before")
	require.Empty(t, recs)
	b.SetFilter(must(filter.NewLine(filter.LineConfig{Literal: "\n"})))
	require.Equal(t, list("c"), get(t, b, "c\n"))
}

func TestRecordError(t *testing.T) {
	require.EqualError(t, &filter.RecordError{Record: 7, Want: "string"}, "record is int, want string")
	cause := errors.New("has a line break")
	err := error(&filter.RecordError{Record: "a\nb", Err: cause})
	require.EqualError(t, err, "record of type string: has a line break")
	require.ErrorIs(t, err, cause)
}

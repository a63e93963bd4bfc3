package filter_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/compress"
	"github.com/gopoe/poe/filter/csvrec"
	"github.com/gopoe/poe/filter/httpclient"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/filter/jsonrec"
	"github.com/gopoe/poe/filter/resp"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/filter/websocket"
)

// Every constructor with a configuration fits.
func TestFactory(t *testing.T) {
	for _, factory := range []func() filter.Filter{
		filter.Factory(filter.NewLine, filter.LineConfig{}),
		filter.Factory(filter.NewBlock, filter.BlockConfig{}),
		filter.Factory(filter.NewReference, filter.ReferenceConfig{Serializer: filter.JSON{}}),
		filter.Factory(filter.NewDelimited, filter.DelimitedConfig{Delimiter: ";"}),
		filter.Factory(filter.NewDotStuffed, filter.DotStuffedConfig{}),
		filter.Factory(filter.NewNetstring, filter.NetstringConfig{}),
		filter.Factory(filter.NewPrefixed, filter.PrefixedConfig{Size: 2}),
		filter.Factory(compress.New, compress.Config{Format: compress.Zlib}),
		filter.Factory(csvrec.New, csvrec.Config{}),
		filter.Factory(httpclient.New, httpclient.Config{}),
		filter.Factory(httpd.New, httpd.Config{}),
		filter.Factory(irc.New, irc.Config{}),
		filter.Factory(jsonrec.New, jsonrec.Config{}),
		filter.Factory(jsonrec.NewText, jsonrec.Config{}),
		filter.Factory(resp.New, resp.Config{}),
		filter.Factory(stomp.New, stomp.Config{}),
		filter.Factory(syslog.New, syslog.Config{}),
		filter.Factory(websocket.New, websocket.Config{}),
	} {
		f := factory()
		require.NotSame(t, f, factory(), "%T", f)
	}
	require.PanicsWithError(t, "irc: MaxLength: must not be negative", func() { filter.Factory(irc.New, irc.Config{MaxLength: -1}) })
	require.PanicsWithError(t, "irc: MaxLength: must not be negative", func() { filter.Must(irc.New(irc.Config{MaxLength: -1})) })
}

func ExampleFactory() {
	newFilter := filter.Factory(csvrec.New, csvrec.Config{Comma: ';'})
	records, err := filter.NewBuffer(newFilter()).Get([]byte("a;b\nc;d\n"))
	fmt.Println(records, err)
	// Output: [[a b] [c d]] <nil>
}

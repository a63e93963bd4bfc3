package ikc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/ikc"
)

func TestSpecifiers(t *testing.T) {
	for text, want := range map[string]ikc.Specifier{
		"poe://Pulse/timeserver/connect": {Kernel: "Pulse", Session: "timeserver", State: "connect"},
		"poe:/timeserver/connect":        {Session: "timeserver", State: "connect"},
		"poe://*/timeserver/connect":     {Kernel: "*", Session: "timeserver", State: "connect"},
		"poe://Billy/bob":                {Kernel: "Billy", Session: "bob"},
		"poe://127.0.0.1:31337/bob/x":    {Kernel: "127.0.0.1:31337", Session: "bob", State: "x"},
		"poe:///bob/x":                   {Session: "bob", State: "x"},
		"poe:callback":                   {State: "callback"},
		"poe:/a b/c-d?arg":               {Session: "a b", State: "c-d", Arg: "arg"},
	} {
		got, err := ikc.ParseSpecifier(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := ikc.ParseSpecifier(got.String())
		require.NoError(t, err, got.String())
		require.Equal(t, want, again)
	}
	for text, want := range map[string]string{"Pulse/bob/x": "poe://Pulse/bob/x", "poe://Billy/bob/": "poe://Billy/bob", "//Pulse/bob": "poe://Pulse/bob"} {
		got, err := ikc.ParseSpecifier(text)
		require.NoError(t, err)
		require.Equal(t, want, got.String())
	}
	for _, text := range []string{"", "poe:", "poe://", "poe://a/b/c/d", "poe:/a/b\n", "poe:?x"} {
		_, err := ikc.ParseSpecifier(text)
		require.ErrorIs(t, err, ikc.ErrSpecifier, text)
	}
}

func FuzzSpecifier(f *testing.F) {
	f.Add("poe://Pulse/timeserver/connect?x")
	f.Add("poe:///a/b")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ikc.ParseSpecifier(text)
		if err != nil {
			require.ErrorIs(t, err, ikc.ErrSpecifier)
			return
		}
		again, err := ikc.ParseSpecifier(s.String())
		require.NoError(t, err, s.String())
		require.Equal(t, s, again, s.String())
	})
}

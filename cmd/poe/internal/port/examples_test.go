package port

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryCodeHasAnExample: the example of each code is reported with this code.
func TestEveryCodeHasAnExample(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	for _, code := range Codes() {
		source, ok := Example(code)
		require.NotEqual(t, ok, rare[code], "%s must have an example, or be one of those that are rare", code)
		if !ok {
			continue
		}
		res, err := tr.Text("example.pl", []byte(source+"\n"))
		require.NoError(t, err, code)
		seen := map[string]bool{}
		for _, x := range res.Report.TODO {
			seen[x.Code] = true
		}
		for _, x := range res.Report.Notes {
			seen[x.Code] = true
		}
		if !seen[code] {
			t.Errorf("%s is not reported for %s, but %v", code, source, seen)
		}
	}
}

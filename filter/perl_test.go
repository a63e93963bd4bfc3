package filter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/msgpack"
	"github.com/gopoe/poe/filter/sereal"
	"github.com/gopoe/poe/filter/storable"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// needPerl skips the test where Perl's modules are missing, unless
// POE_REQUIRED means that they must be there.
func needPerl(t *testing.T, modules ...string) {
	args := []string{"-e", "1"}
	for _, m := range modules {
		args = append([]string{"-M" + m}, args...)
	}
	if out, err := exec.Command("perl", args...).CombinedOutput(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("Perl's %v are required: %v: %s", modules, err, out)
		}
		t.Skipf("needs Perl's %v", modules)
	}
}

// Nested structures go to a live POE program and come back, and one of its own
// comes, with every serializer that both sides have.
func TestReferenceWithPerl(t *testing.T) {
	values := list(
		map[string]any{"list": []any{1, -5, 70000, "text ☺", "", nil, []any{[]any{}}}, "hash": map[string]any{"k": map[string]any{"deep": []any{map[string]any{"er": []any{}}}}}},
		[]any{[]any{1, []any{2, []any{3, map[string]any{"four": []any{5}}}}}},
		[]any{strings.Repeat("long ", 30_000)},
	)
	dumps := []string{
		`{"hash" => {"k" => {"deep" => [{"er" => []}]}},"list" => [1,-5,70000,"text \x{263a}","",undef,[[]]]}`,
		`[[1,[2,[3,{"four" => [5]}]]]]`,
		`["` + strings.Repeat("long ", 30_000) + `"]`,
	}
	const greeting = `{"nested":{"list":[1,{"deep":[2,["☺",null]]}]},"empty":[[],{}]}`
	for _, c := range []struct {
		name       string
		serializer filter.Serializer
		modules    []string
	}{
		{"Storable", storable.Serializer{}, []string{"Storable"}},
		{"JSON", filter.JSON{}, []string{"JSON::PP"}},
		{"MessagePack", msgpack.Serializer{}, []string{"Data::MessagePack"}},
		{"Sereal", sereal.Serializer{}, []string{"Sereal::Encoder", "Sereal::Decoder"}},
	} {
		for _, compression := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, compression=%t", c.name, compression), func(t *testing.T) {
				needPerl(t, append(c.modules, "POE", "Compress::Zlib")...)
				recs := askPerl(t, c.name, filter.ReferenceConfig{Serializer: c.serializer, Compression: compression}, values)
				require.Len(t, recs, 1+2*len(values))
				assert.JSONEq(t, greeting, asJSON(t, recs[0]))
				for i, v := range values {
					assert.JSONEq(t, asJSON(t, []any{v}), asJSON(t, recs[1+2*i]))
					assert.JSONEq(t, asJSON(t, []any{dumps[i]}), asJSON(t, recs[2+2*i]))
				}
			})
		}
	}
}

// askPerl puts values to the Perl program and returns all that it says.
func askPerl(t *testing.T, serializer string, cfg filter.ReferenceConfig, values []any) []any {
	t.Helper()
	b := filter.NewBuffer(must(filter.NewReference(cfg)))
	messages, err := b.Put(values...)
	require.NoError(t, err)
	compression := "0"
	if cfg.Compression {
		compression = "1"
	}
	cmd := exec.CommandContext(t.Context(), "perl", "testdata/reference.pl", serializer, compression)
	cmd.Stdin = bytes.NewReader(bytes.Join(messages, nil))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, &stderr)
	recs, err := b.Get(out)
	require.NoError(t, err)
	require.Empty(t, b.Bytes())
	return recs
}

// What is over a limit of the serializer is an error of Reference that names
// that limit.
func TestReferenceNamesTheSerializersLimit(t *testing.T) {
	deep := any("in the end")
	for range 9 {
		deep = []any{deep}
	}
	for name, s := range map[string]struct{ theirs, ours filter.Serializer }{
		"Storable":    {storable.Serializer{}, storable.Serializer{Unmarshal: storable.UnmarshalOptions{MaxDepth: 5}}},
		"MessagePack": {msgpack.Serializer{}, msgpack.Serializer{MaxDepth: 5}},
		"Sereal":      {sereal.Serializer{}, sereal.Serializer{MaxDepth: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := s.theirs.Freeze(deep)
			require.NoError(t, err)
			frame := fmt.Appendf(nil, "%d\x00%s", len(data), data)
			_, n, err := referenceOf(filter.ReferenceConfig{Serializer: s.ours})().Decode(frame)
			require.Equal(t, len(frame), n)
			requireLimit(t, err, "Reference", "MaxDepth", 5)
			var cause *filter.LimitError
			require.ErrorAs(t, err, &cause, "the serializer's own error is there, too")
			require.ErrorContains(t, err, "filter: Reference: thaw: ")
			require.ErrorContains(t, err, "more than MaxDepth 5 allows")
		})
	}
}

// asJSON makes values comparable of which one serializer makes an int and
// another a float64.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

package sereal_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	poe "github.com/gopoe/poe/filter/sereal"
)

// perlProgram decodes what Go has frozen, dumps it to stderr, and encodes it
// again to stdout.
const perlProgram = `
use strict; use warnings; use Data::Dumper;
$Data::Dumper::Indent = 0; $Data::Dumper::Terse = $Data::Dumper::Sortkeys = $Data::Dumper::Useqq = 1;
binmode $_ for *STDIN, *STDOUT;
my $v = Sereal::Decoder->new->decode(do { local $/; <STDIN> });
print STDERR Dumper($v);
print Sereal::Encoder->new({ protocol_version => 4, @ARGV })->encode($v);
`

// TestLivePerl sends a structure through Perl's Sereal, where there is one.
func TestLivePerl(t *testing.T) {
	if err := exec.Command("perl", "-MSereal::Encoder", "-MSereal::Decoder", "-e", "1").Run(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip("no Perl with Sereal on this machine")
	}
	v := hash{"list": list{1, -5, 70000, "text ☺", nil, 0.1, []byte("bytes\xff")}, "hash": hash{"k": list{}}}
	data, err := poe.Serializer{}.Freeze(v)
	require.NoError(t, err)
	for _, compression := range [][]string{{}, {"compress", "1"}, {"compress", "2"}} { // none, Snappy, zlib
		cmd := exec.Command("perl", append([]string{"-MSereal::Encoder", "-MSereal::Decoder", "-e", perlProgram,
			"compress_threshold", "1"}, compression...)...)
		cmd.Stdin = bytes.NewReader(data)
		var dump bytes.Buffer
		cmd.Stderr = &dump
		out, err := cmd.Output()
		require.NoError(t, err, &dump)
		assert.Equal(t, `{"hash" => {"k" => []},"list" => [1,-5,70000,"text \x{263a}",undef,"0.1","bytes\377"]}`, dump.String())
		got, err := poe.Serializer{}.Thaw(out)
		require.NoError(t, err)
		assert.Equal(t, v, got)
	}
}

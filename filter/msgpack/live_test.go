package msgpack_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter/msgpack"
)

// perlProgram decodes what Go has frozen, dumps it to stderr, and encodes it
// again to stdout.
const perlProgram = `
use strict; use warnings; use Data::Dumper;
$Data::Dumper::Indent = 0; $Data::Dumper::Terse = $Data::Dumper::Sortkeys = $Data::Dumper::Useqq = 1;
binmode $_ for *STDIN, *STDOUT;
my $mp = Data::MessagePack->new->utf8;
my $v = $mp->unpack(do { local $/; <STDIN> });
print STDERR Dumper($v);
print $mp->pack($v);
`

// TestLivePerl sends a structure through Perl's Data::MessagePack, where there
// is one.
func TestLivePerl(t *testing.T) {
	if err := exec.Command("perl", "-MData::MessagePack", "-e", "1").Run(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip("no Perl with Data::MessagePack on this machine")
	}
	v := hash{"list": list{int64(1), int64(-5), int64(70000), "text ☺", nil, 0.5}, "hash": hash{"k": list{}}}
	var s msgpack.Serializer
	data, err := s.Freeze(v)
	require.NoError(t, err)
	cmd := exec.Command("perl", "-MData::MessagePack", "-e", perlProgram)
	cmd.Stdin = bytes.NewReader(data)
	var dump bytes.Buffer
	cmd.Stderr = &dump
	out, err := cmd.Output()
	require.NoError(t, err, &dump)
	assert.Equal(t, `{"hash" => {"k" => []},"list" => [1,-5,70000,"text \x{263a}",undef,"0.5"]}`, dump.String())
	got, err := s.Thaw(out)
	require.NoError(t, err)
	assert.Equal(t, v, got)
}

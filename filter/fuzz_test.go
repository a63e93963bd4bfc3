package filter_test

import (
	"regexp"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
)

func FuzzLine(f *testing.F) {
	filtertest.Fuzz(f, lineOf(filter.LineConfig{MaxLength: 8, MaxBuffer: 64}), "one\ntwo\r\nthree\rfour\n\r", "too long a line\nfine\n")
}

func FuzzLineLiteral(f *testing.F) {
	filtertest.FuzzCuts(f, lineOf(filter.LineConfig{Literal: "aab"}), "aaabxaabaab", "aaaaaaaaaaaaaab")
}

func FuzzLineAutodetect(f *testing.F) {
	filtertest.FuzzCuts(f, lineOf(filter.LineConfig{Autodetect: true}), "one\r\ntwo\r\n", "\n\r\n", "a\rb\r")
}

func FuzzLineRegexp(f *testing.F) {
	filtertest.Fuzz(f, lineOf(filter.LineConfig{InputRegexp: regexp.MustCompile(`\b|;+`)}), "a;b;;c", "a b c")
}

func FuzzBlock(f *testing.F) {
	filtertest.FuzzCuts(f, blockOf(filter.BlockConfig{MaxLength: 16, MaxBuffer: 64}), "5\x00hello0\x00", "17\x00too long", "?3\x00abc", "99999999999999999999\x00")
}

func FuzzBlockSize(f *testing.F) {
	filtertest.FuzzCuts(f, blockOf(filter.BlockConfig{BlockSize: 3}), "abcdefgh")
}

func FuzzReference(f *testing.F) {
	filtertest.FuzzCuts(f, referenceOf(filter.ReferenceConfig{Serializer: filter.JSON{}}), "2\x00{}", "7\x00[1,{},\"x\"]", "9999999999999999999\x00")
}

func FuzzReferenceNoFatals(f *testing.F) {
	newFilter := referenceOf(filter.ReferenceConfig{Serializer: filter.JSON{}, Compression: true, NoFatals: true, MaxBuffer: 64, MaxInflated: 64})
	wire, err := filter.NewBuffer(newFilter()).Put([]int{1, 2, 3})
	if err != nil {
		f.Fatal(err)
	}
	filtertest.Fuzz(f, newFilter, string(wire[0]), "3\x00abc")
}

func FuzzStack(f *testing.F) {
	filtertest.FuzzCuts(f, stackOf(
		func() any { return blockOf(filter.BlockConfig{})() }, lf, upper, noB), "4\x00a\nb\n1\x00x1\x00\n")
}

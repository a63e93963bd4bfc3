//go:build linux

package compat

import (
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/perl"
)

// The functions of IRC::Utils. Where Perl's return nothing or 1, these return nil
// or 1. A casemapping may be missing.

// UcIRC returns text in the upper case of a casemapping, which may be missing.
// Perl: uc_irc of IRC::Utils.
func UcIRC(text string, mapping ...any) string { return casemapping(mapping).Upper(text) }

// LcIRC returns text in the lower case of a casemapping, which may be missing.
// Perl: lc_irc of IRC::Utils.
func LcIRC(text string, mapping ...any) string { return casemapping(mapping).Lower(text) }

// EqIRC returns 1 if two names are equal under a casemapping, which may be
// missing, else nil. Perl: eq_irc of IRC::Utils.
func EqIRC(a, b string, mapping ...any) any { return truth(casemapping(mapping).Equal(a, b)) }

// ParseUser returns nick, user and host of a user mask; missing parts are nil.
// Perl: parse_user of IRC::Utils.
func ParseUser(text string) []any {
	s := ircutil.ParseSource(text)
	return []any{s.Nick, orUndef(s.User), orUndef(s.Host)}
}

// NormalizeMask returns the complete form of a mask. Perl: normalize_mask of
// IRC::Utils.
func NormalizeMask(mask string) string { return ircutil.NormalizeMask(mask) }

// MatchesMask returns 1 if text matches a mask under a casemapping, which may
// be missing, else nil. It is nil if either is empty. Perl: matches_mask of
// IRC::Utils.
func MatchesMask(mask, text string, mapping ...any) any {
	if mask == "" || text == "" {
		return nil
	}
	return truth(ircutil.MatchMask(mask, text, casemapping(mapping)))
}

// HasColor returns 1 if an IRC text contains color codes, else nil. Perl:
// has_color of IRC::Utils.
func HasColor(text string) any { return truth(ircutil.HasColor(text)) }

// HasFormatting returns 1 if an IRC text contains formatting codes, else nil.
// Perl: has_formatting of IRC::Utils.
func HasFormatting(text string) any { return truth(ircutil.HasFormatting(text)) }

// StripColor removes the color codes from an IRC text. Perl: strip_color of
// IRC::Utils.
func StripColor(text string) string { return ircutil.StripColor(text) }

// StripFormatting removes the formatting codes from an IRC text. Perl:
// strip_formatting of IRC::Utils.
func StripFormatting(text string) string { return ircutil.StripFormatting(text) }

// IsValidNickName returns 1 if nick is a valid nickname, else nil. Perl:
// is_valid_nick_name of IRC::Utils.
func IsValidNickName(nick string) any { return truth(ircutil.ValidNick(nick)) }

// IsValidChanName returns 1 if name is a valid channel name, else nil. The
// optional argument is an array reference of the channel prefixes, by default #
// and &. Perl: is_valid_chan_name of IRC::Utils.
func IsValidChanName(name string, types ...any) any {
	prefixes := "#&"
	if len(types) > 0 {
		if list, ok := types[0].(*perl.Array); ok {
			prefixes = perl.Join("", list.All()...)
		}
	}
	return truth(ircutil.ValidChannel(name, prefixes))
}

// DecodeIRC returns an IRC text as UTF-8, because strings hold bytes here.
// Perl: decode_irc of IRC::Utils.
func DecodeIRC(text string) string { return ircutil.Decode(text) }

func casemapping(mapping []any) ircutil.Casemapping {
	if len(mapping) == 0 || !perl.True(mapping[0]) {
		return ""
	}
	return ircutil.Casemapping(perl.Str(mapping[0]))
}

func truth(is bool) any {
	if is {
		return 1
	}
	return nil
}

func orUndef(text string) any {
	if text == "" {
		return nil
	}
	return text
}

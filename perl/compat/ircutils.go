//go:build linux

package compat

import (
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/perl"
)

// The functions of IRC::Utils. Where Perl's return nothing or 1, these return nil
// or 1. A casemapping may be missing.

// UcIRC is uc_irc: text in the upper case of a casemapping.
func UcIRC(text string, mapping ...any) string { return casemapping(mapping).Upper(text) }

// LcIRC is lc_irc.
func LcIRC(text string, mapping ...any) string { return casemapping(mapping).Lower(text) }

// EqIRC is eq_irc.
func EqIRC(a, b string, mapping ...any) any { return truth(casemapping(mapping).Equal(a, b)) }

// ParseUser is parse_user: nick, user and host.
func ParseUser(text string) []any {
	s := ircutil.ParseSource(text)
	return []any{s.Nick, orUndef(s.User), orUndef(s.Host)}
}

// NormalizeMask is normalize_mask.
func NormalizeMask(mask string) string { return ircutil.NormalizeMask(mask) }

// MatchesMask is matches_mask.
func MatchesMask(mask, text string, mapping ...any) any {
	if mask == "" || text == "" {
		return nil
	}
	return truth(ircutil.MatchMask(mask, text, casemapping(mapping)))
}

// HasColor is has_color, and so on for the others.
func HasColor(text string) any { return truth(ircutil.HasColor(text)) }

// HasFormatting is has_formatting.
func HasFormatting(text string) any { return truth(ircutil.HasFormatting(text)) }

// StripColor is strip_color.
func StripColor(text string) string { return ircutil.StripColor(text) }

// StripFormatting is strip_formatting.
func StripFormatting(text string) string { return ircutil.StripFormatting(text) }

// IsValidNickName is is_valid_nick_name.
func IsValidNickName(nick string) any { return truth(ircutil.ValidNick(nick)) }

// IsValidChanName is is_valid_chan_name.
func IsValidChanName(name string, types ...any) any {
	prefixes := "#&"
	if len(types) > 0 {
		if list, ok := types[0].(*perl.Array); ok {
			prefixes = perl.Join("", list.All()...)
		}
	}
	return truth(ircutil.ValidChannel(name, prefixes))
}

// DecodeIRC is decode_irc. Strings hold bytes here, so the text is UTF-8.
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

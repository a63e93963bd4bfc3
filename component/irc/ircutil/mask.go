package ircutil

import "strings"

// NormalizeMask completes a mask to nick!user@host, with an asterisk for each
// part that is missing. POE: normalize_mask.
func NormalizeMask(mask string) string {
	for strings.Contains(mask, "**") {
		mask = strings.ReplaceAll(mask, "**", "*")
	}
	nick, user, host := mask, "", ""
	switch bang := strings.IndexByte(mask, '!'); {
	case bang >= 0:
		nick = mask[:bang]
		user, host, _ = strings.Cut(mask[bang+1:], "@")
	case strings.Contains(mask, "@"):
		nick = ""
		user, host, _ = strings.Cut(mask, "@")
	}
	return orStar(nick) + "!" + orStar(user) + "@" + orStar(host)
}

func orStar(part string) string {
	if part == "" {
		return "*"
	}
	return part
}

// MatchMask reports whether mask, in which * matches any bytes and ? matches
// one byte, matches the whole of text, a nick!user@host for example. POE:
// matches_mask, which completes the mask first, see [NormalizeMask].
func MatchMask(mask, text string, m Casemapping) bool {
	mask, text = m.Lower(mask), m.Lower(text)
	star, resume := -1, 0 // the last * and where the text after it is tried
	i, j := 0, 0
	for j < len(text) {
		switch {
		case i < len(mask) && mask[i] == '*':
			star, resume = i, j
			i++
		case i < len(mask) && (mask[i] == '?' || mask[i] == text[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(mask[i:], "*") == ""
}

package port

import (
	"strings"
)

// usesTopic reports whether statements use $_ of their own.
func usesTopic(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		found = found || topicUse(n)
		return n.kind != sSub && !found
	})
	return found
}

// topicUse reports whether a node itself, not what is in it, uses $_.
func topicUse(n *node) bool {
	switch n.kind {
	case kVar:
		return n.v == nil && n.text == "_" && n.sigil == '$'
	case kMatch:
		return n.kids[0] == nil && n.op != "qr"
	case kSubst, kTrans:
		return n.kids[0] == nil
	case kFunc:
		return len(n.kids) == 0 && topicFunctions[n.text] || n.text == "split" && len(n.kids) == 1
	case kPrint:
		return len(n.kids) == 1
	case kTest:
		return len(n.kids) == 0
	}
	return false
}

var topicFunctions = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq("defined lc uc lcfirst ucfirst length chr ord int abs sqrt hex oct chomp chop quotemeta log exp sin cos split unlink ref pos stat lstat readlink rmdir mkdir eval unpack require study uc fc glob") {
		topicFunctions[w] = true
	}
}

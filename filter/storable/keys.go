package storable

// keyCacheFrom is the payload size, in bytes, from which remembering hash keys
// pays: records repeat their keys.
const keyCacheFrom = 512

// keyCache remembers recent short hash keys, so that the many records of one
// payload share them.
type keyCache [256]string

const maxCachedKey = 32

// intern returns b as a string, without a copy if it has been seen lately. A
// nil cache remembers nothing.
func (c *keyCache) intern(b []byte) string {
	if c == nil || len(b) == 0 || len(b) > maxCachedKey {
		return string(b)
	}
	h := uint32(len(b))
	for _, x := range b {
		h = h*31 + uint32(x)
	}
	slot := &c[(h^h>>8)&0xFF]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

package storable

// The marks that precede every value. Lengths written as "len" are four bytes,
// big-endian in network order and the machine's in native order; tags are
// always big-endian.
const (
	opObject       = 0  // tag: the thing that was numbered so
	opLScalar      = 1  // len, bytes
	opArray        = 2  // len, elements
	opHash         = 3  // len, (value, len, key)...
	opRef          = 4  // what it refers to
	opUndef        = 5  // a scalar without a value
	opInteger      = 6  // native integer
	opDouble       = 7  // native floating point
	opByte         = 8  // one byte, 128 too large
	opNetInt       = 9  // four bytes, big-endian
	opScalar       = 10 // length byte, bytes
	opTiedArray    = 11 // object
	opTiedHash     = 12 // object
	opTiedScalar   = 13 // object
	opSVUndef      = 14 // Perl's one undef
	opSVYes        = 15 // Perl's one true
	opSVNo         = 16 // Perl's one false
	opBless        = 17 // length byte (or 0x80, len), class, thing
	opIxBless      = 18 // index byte (or 0x80, len), thing
	opHook         = 19 // see readHook
	opOverload     = 20 // as opRef
	opTiedKey      = 21 // object, key
	opTiedIdx      = 22 // object, len
	opUTF8Str      = 23 // as opScalar, UTF-8
	opLUTF8Str     = 24 // as opLScalar, UTF-8
	opFlagHash     = 25 // flags, len, (value, flags, len, key)...
	opCode         = 26 // a string scalar: the source
	opWeakRef      = 27 // as opRef
	opWeakOverload = 28 // as opRef
	opVString      = 29 // length byte, source, string scalar
	opLVString     = 30 // len, source, string scalar
	opSVUndefElem  = 31 // an array element that is Perl's one undef
	opRegexp       = 32 // flags, length, pattern, length byte, modifiers
	opLObject      = 33 // mark, eight-byte length, as that mark
	opTrue         = 34
	opFalse        = 35
)

// Flags of the keys of an opFlagHash.
const (
	keyUTF8        = 1 << 0 // the key is UTF-8
	keyWasUTF8     = 1 << 1 // the key is text written one byte to the character
	keyIsScalar    = 1 << 3 // the key is a scalar of its own
	keyPlaceholder = 1 << 4 // an allowed but absent key of a restricted hash
)

// Flags of an opHook.
const (
	hookTypeMask   = 3 // scalar, array, hash, or hookExtra
	hookExtra      = 3 // tied: another byte says which
	hookLargeClass = 1 << 2
	hookLargeData  = 1 << 3
	hookLargeList  = 1 << 4
	hookIndexClass = 1 << 5
	hookRecurse    = 1 << 6 // a thing follows, then the flags again
	hookHasList    = 1 << 7

	hookTied = 4 // added to the type in that other byte
)

const (
	largeName    = 0x80 // in a class's length or index byte: len follows
	regexpLarge  = 1    // in opRegexp's flags: the pattern's length is a len
	maxLen       = 1<<31 - 1
	majorVersion = 2
	minorVersion = 11 // what Perl 5.36 writes
	minorBoolean = 12 // the first with opTrue and opFalse
	fileMagic    = "pst0"
	oldFileMagic = "perl-store"
)

//go:build linux

package perl

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
)

// MD5Hex returns the MD5 digest of the joined arguments in hexadecimal.
func MD5Hex(args ...any) string {
	sum := md5.Sum([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// MD5 returns the MD5 digest of the joined arguments as 16 bytes.
func MD5(args ...any) string {
	sum := md5.Sum([]byte(Join("", args...)))
	return string(sum[:])
}

// SHA1Hex returns the SHA-1 digest of the joined arguments in hexadecimal.
func SHA1Hex(args ...any) string {
	sum := sha1.Sum([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// SHA256Hex returns the SHA-256 digest of the joined arguments in hexadecimal.
func SHA256Hex(args ...any) string {
	sum := sha256.Sum256([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

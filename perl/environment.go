//go:build linux

package perl

import (
	"os"
	"strings"
)

// Args is @ARGV, Env is %ENV and Inc_ is %INC.
var (
	Args = NewArray()
	Env  = NewHash()
	Inc_ = NewHash()
	// Signals is %SIG.
	Signals = NewHash()
)

func init() {
	for _, a := range os.Args[1:] {
		Args.Push(a)
	}
	for _, e := range os.Environ() {
		k, v, _ := strings.Cut(e, "=")
		Env.Set(k, v)
	}
}

// SetEnv sets an environment variable and returns v. Perl: $ENV{key} = v.
func SetEnv(key string, v any) any {
	if v == nil {
		_ = os.Unsetenv(key)
	} else {
		_ = os.Setenv(key, Str(v))
	}
	return Env.Set(key, v)
}

// DeleteEnv removes a variable from the environment and returns its value.
func DeleteEnv(name string) any {
	_ = os.Unsetenv(name)
	return Env.Delete(name)
}

package recordfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// registry has the named types whose values can be in an interface, and the
// errors that are compared by identity.
var registry = struct {
	sync.RWMutex
	types     map[string]reflect.Type
	sentinels map[string]error
	names     map[error]string
}{types: map[string]reflect.Type{}, sentinels: map[string]error{}, names: map[error]string{}}

func init() {
	for _, v := range []any{
		false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0),
		float32(0), float64(0), "", time.Time{}, time.Duration(0), syscall.Errno(0), syscall.Signal(0),
		netip.Addr{}, netip.AddrPort{}, netip.Prefix{}, net.IP{}, net.TCPAddr{}, net.UDPAddr{}, net.UnixAddr{}, net.IPAddr{},
		fs.PathError{}, os.SyscallError{}, os.LinkError{}, exec.Error{}, net.OpError{}, net.AddrError{}, net.ParseError{},
		fs.FileMode(0),
	} {
		Register(reflect.TypeOf(v))
	}
	for name, err := range map[string]error{
		"io.EOF": io.EOF, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF, "io.ErrClosedPipe": io.ErrClosedPipe, "io.ErrShortWrite": io.ErrShortWrite,
		"context.Canceled": context.Canceled, "context.DeadlineExceeded": context.DeadlineExceeded,
		"net.ErrClosed": net.ErrClosed, "os.ErrNotExist": os.ErrNotExist, "os.ErrExist": os.ErrExist, "os.ErrClosed": os.ErrClosed,
		"os.ErrPermission": os.ErrPermission, "os.ErrDeadlineExceeded": os.ErrDeadlineExceeded, "os.ErrProcessDone": os.ErrProcessDone,
		"exec.ErrNotFound": exec.ErrNotFound, "errors.ErrUnsupported": errors.ErrUnsupported,
	} {
		RegisterError(name, err)
	}
}

// Register makes values of a named type, or of what it points to, readable in an
// interface.
func Register(t reflect.Type) {
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	if t.Name() == "" {
		return
	}
	registry.Lock()
	registry.types[fullName(t)] = t
	registry.Unlock()
}

// RegisterError makes an error that is compared by identity one that is itself
// again when it is read. The error must be comparable.
func RegisterError(name string, err error) {
	registry.Lock()
	registry.sentinels[name], registry.names[err] = err, name
	registry.Unlock()
}

func sentinelName(err error) (string, bool) {
	if !reflect.TypeOf(err).Comparable() {
		return "", false
	}
	registry.RLock()
	defer registry.RUnlock()
	name, ok := registry.names[err]
	return name, ok
}

func sentinel(name string) (error, error) {
	registry.RLock()
	defer registry.RUnlock()
	if err, ok := registry.sentinels[name]; ok {
		return err, nil
	}
	return nil, fmt.Errorf("recorded value: no error is registered as %q", name)
}

func fullName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return t.Name()
	}
	return t.PkgPath() + "." + t.Name()
}

// nameOf returns the name under which a type is written: its own if it is
// registered, or one made of those of its parts.
func nameOf(t reflect.Type) (string, bool) {
	if t.Name() != "" {
		registry.RLock()
		known := registry.types[fullName(t)] == t
		registry.RUnlock()
		return fullName(t), known
	}
	switch t.Kind() {
	case reflect.Pointer:
		name, ok := nameOf(t.Elem())
		return "*" + name, ok
	case reflect.Slice:
		name, ok := nameOf(t.Elem())
		return "[]" + name, ok
	case reflect.Array:
		name, ok := nameOf(t.Elem())
		return "[" + strconv.Itoa(t.Len()) + "]" + name, ok
	case reflect.Map:
		key, ok := nameOf(t.Key())
		elem, ok2 := nameOf(t.Elem())
		return "map[" + key + "]" + elem, ok && ok2
	case reflect.Interface:
		return "any", t.NumMethod() == 0
	}
	return "", false
}

// maxArray bounds the arrays that a recording can ask for.
const maxArray = 1 << 16

// typeOf finds the type of a name that nameOf has made.
func typeOf(name string) (reflect.Type, error) {
	t, rest, err := parseType(name, 0)
	if err == nil && rest != "" {
		err = fmt.Errorf("recorded value: %q is no type", name)
	}
	return t, err
}

func parseType(name string, depth int) (t reflect.Type, rest string, err error) {
	if depth > maxDepth {
		return nil, "", errors.New("recorded value: a type is nested too deeply")
	}
	switch {
	case strings.HasPrefix(name, "*"):
		if t, rest, err = parseType(name[1:], depth+1); err == nil {
			t = reflect.PointerTo(t)
		}
	case strings.HasPrefix(name, "[]"):
		if t, rest, err = parseType(name[2:], depth+1); err == nil {
			t = reflect.SliceOf(t)
		}
	case strings.HasPrefix(name, "["):
		return parseArray(name, depth)
	case strings.HasPrefix(name, "map["):
		return parseMap(name, depth)
	default:
		end := strings.IndexByte(name, ']')
		if end < 0 {
			end = len(name)
		}
		t, err = named(name[:end])
		rest = name[end:]
	}
	return t, rest, err
}

func parseArray(name string, depth int) (reflect.Type, string, error) {
	size, rest, ok := strings.Cut(name[1:], "]")
	n, err := strconv.ParseUint(size, 10, 31)
	if !ok || err != nil || n > maxArray || depth > 2 {
		return nil, "", fmt.Errorf("recorded value: %q is no type", name)
	}
	t, rest, err := parseType(rest, depth+1)
	if err != nil {
		return nil, "", err
	}
	if t.Size() > maxArray {
		return nil, "", fmt.Errorf("recorded value: %q is too large", name)
	}
	return reflect.ArrayOf(int(n), t), rest, nil
}

func parseMap(name string, depth int) (reflect.Type, string, error) {
	key, rest, err := parseType(name[len("map["):], depth+1)
	if err != nil {
		return nil, "", err
	}
	rest, ok := strings.CutPrefix(rest, "]")
	if !ok || !key.Comparable() {
		return nil, "", fmt.Errorf("recorded value: %q is no type", name)
	}
	elem, rest, err := parseType(rest, depth+1)
	if err != nil {
		return nil, "", err
	}
	return reflect.MapOf(key, elem), rest, nil
}

func named(name string) (reflect.Type, error) {
	if name == "any" {
		return reflect.TypeFor[any](), nil
	}
	registry.RLock()
	defer registry.RUnlock()
	if t, ok := registry.types[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("recorded value: the type %q is not registered in this program", name)
}

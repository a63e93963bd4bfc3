package recordfile

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// Version is the version of the format that this package writes, and the only one
// that it reads.
const Version = 3

// Head is what a recording says of itself.
type Head struct {
	Version uint64
	// Module is the version of this module, Program the path of the program's
	// package, Build its revision, as far as the program knows.
	Module, Program, Build string
	Go, OS, Arch           string
	Time                   time.Time // when the recording began
	Kernel                 string    // the kernel's name
	Loop                   string    // as what is ready was reported: "epoll", "kqueue", "portable"
	VirtualClock           bool      // Options.Clock was set
	Outputs                bool      // what is written is compared
	Wall                   int64     // the time of day at kernel time 0, in nanoseconds since 1970
	Seed                   [2]uint64 // of Kernel.Rand
	Arguments              []string  // of the program
	Environment            []string  // NAME=value, as far as it was kept
}

// NewHead returns a head that describes the running program.
func NewHead() Head {
	h := Head{Version: Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return h
	}
	h.Program, h.Module = info.Path, info.Main.Version
	for _, m := range info.Deps {
		if m.Path == modulePath {
			h.Module = m.Version
		}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			h.Build = s.Value
		}
	}
	return h
}

const modulePath = "github.com/gopoe/poe"

// selfDescribed is tag 55799, with which a file says that it is CBOR.
const selfDescribed = "\xd9\xd9\xf7"

// fields names the fields as the file has them.
func (h *Head) fields() map[string]any {
	return map[string]any{
		"recording": &h.Version, "module": &h.Module, "program": &h.Program, "build": &h.Build,
		"go": &h.Go, "os": &h.OS, "arch": &h.Arch, "time": &h.Time, "kernel": &h.Kernel, "loop": &h.Loop,
		"virtual clock": &h.VirtualClock, "outputs": &h.Outputs, "wall": &h.Wall, "seed": &h.Seed,
		"arguments": &h.Arguments, "environment": &h.Environment,
	}
}

// Bytes returns the head as it is in the file.
func (h *Head) Bytes() []byte { return h.append(nil) }

// append writes the head. Its map is a byte string of the file, so that a reader
// knows how much to read and can check it.
func (h *Head) append(b []byte) []byte {
	fields := h.fields()
	m := appendHead(nil, majorMap, uint64(len(fields)))
	m = appendText(m, "recording") // first, so that it shows in the file's first bytes
	m = appendHead(m, majorUint, h.Version)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name == "recording" {
			continue
		}
		m = appendText(m, name)
		encoded, err := AppendTyped(m, reflect.ValueOf(fields[name]).Elem(), nil)
		if err != nil {
			panic(err) // all fields are of types that can be written
		}
		m = encoded
	}
	b = appendHead(append(b, selfDescribed...), majorArray, 2)
	return appendBytes(appendSum(b, Sum(0, m)), m)
}

var errForeign = errors.New("not a recording")

// readHead decodes the map of a head.
func readHead(data []byte) (h Head, err error) {
	r := &cborReader{data: data}
	fields := h.fields()
	n := r.count(majorMap, "the head")
	if n == 0 {
		return h, errForeign
	}
	for i := 0; i < n && r.fault == ""; i++ {
		name := r.text()
		p, known := fields[name]
		if i == 0 && name != "recording" || !known && r.fault == "" {
			return h, errForeign
		}
		if r.fault != "" {
			break
		}
		if err := (*Extern)(nil).read(r, reflect.ValueOf(p).Elem(), 0); err != nil {
			return h, err
		}
		if name == "recording" && h.Version != Version {
			return h, fmt.Errorf("the recording has version %d of the format, of which this program knows only %d", h.Version, Version)
		}
	}
	return h, r.check(nil)
}

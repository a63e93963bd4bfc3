package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Dump is the data of an inspector, which [Inspector.Dump] writes as JSON and
// [Offline] shows.
type Dump struct {
	Format   string // "poe dump 1"
	Time     time.Time
	Why      string // the exception, with its stack; empty if it was asked for
	Answers  map[string]json.RawMessage
	Sessions []SessionRow               // in the order of the tree
	Each     map[string]json.RawMessage // details of sessions, by number; bounded
	Recent   []record                   // the last events
}

const (
	dumpFormat = "poe dump 1"
	maxDumped  = 1000
)

// dumped are the paths whose answers a dump has.
var dumped = []string{"overview", "events", "growth", "queue?limit=500", "timers?limit=500", "handles?limit=500", "servers", "nodes", "latency", "problems", "pause"}

// onKernelKey says in a context that the goroutine is the kernel's.
type onKernelKey struct{}

// Dump writes the inspector's data as JSON, a Dump. While the kernel runs, the
// parts are read one after the other, and events are dispatched in between. The
// error is ctx's or w's.
func (i *Inspector) Dump(ctx context.Context, w io.Writer) error {
	d, err := i.dumpNow(ctx, "")
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(d)
}

func (i *Inspector) dump(r *http.Request) (any, error) { return i.dumpNow(r.Context(), "") }

func (i *Inspector) dumpNow(ctx context.Context, why string) (*Dump, error) {
	d := &Dump{Format: dumpFormat, Time: time.Now(), Why: why, Answers: map[string]json.RawMessage{}, Each: map[string]json.RawMessage{}, Recent: []record{}}
	for _, path := range dumped {
		name, text, err := i.ask(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("inspect: Dump: %s: %w", path, err)
		}
		d.Answers[name] = text
	}
	err := i.walk(ctx, func(page []SessionRow) { d.Sessions = append(d.Sessions, page...) })
	if err != nil {
		return nil, fmt.Errorf("inspect: Dump: %w", err)
	}
	for _, s := range d.Sessions[:min(len(d.Sessions), maxDumped)] {
		if _, text, err := i.ask(ctx, fmt.Sprintf("session?n=%d", s.Number)); err == nil { // else it has stopped
			d.Each[fmt.Sprint(s.Number)] = text
		}
	}
	i.recent.all(func(x *record) { d.Recent = append(d.Recent, *x) })
	return d, nil
}

// ask returns what a path is answered with.
func (i *Inspector) ask(ctx context.Context, path string) (name string, text json.RawMessage, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return "", nil, err
	}
	v, err := i.gets[r.URL.Path](r)
	if err != nil {
		return "", nil, err
	}
	text, err = json.Marshal(v)
	return r.URL.Path, text, err
}

// crash writes the dump of Config.CrashDump, on the kernel's goroutine. A dump that
// is there already is replaced once the new one is whole.
func (i *Inspector) crash(thrown error) {
	err := i.writeCrash(thrown)
	if err != nil {
		i.config.Logger.Error("inspect: the crash dump was not written", "path", i.config.CrashDump, "error", err)
		return
	}
	i.config.Logger.Warn("inspect: a crash dump was written: poe inspect opens it", "path", i.config.CrashDump)
}

func (i *Inspector) writeCrash(thrown error) (err error) {
	d, err := i.dumpNow(context.WithValue(context.Background(), onKernelKey{}, true), fmt.Sprintf("%+v", thrown))
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(i.config.CrashDump), "poe-dump-*") // only the user can read it
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // unless it was renamed
	err = json.NewEncoder(f).Encode(d)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), i.config.CrashDump)
}

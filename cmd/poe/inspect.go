package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/internal/replayrun"
)

// target is an inspector of a running program.
type target struct {
	page   string // for a browser; empty for a unix socket
	base   string
	token  string
	client *http.Client
}

// targetOf reads the address that an inspector prints: http://127.0.0.1:4000/?token=...
// or unix:/path?token=...
func targetOf(address string) (*target, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		path, query, _ := strings.Cut(path, "?")
		values, err := url.ParseQuery(query)
		if err != nil {
			return nil, err
		}
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}
		return &target{base: "http://poe", token: values.Get("token"), client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dial}}}, nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%s: not an address of an inspector", address)
	}
	return &target{page: address, base: u.Scheme + "://" + u.Host, token: u.Query().Get("token"), client: &http.Client{Timeout: 10 * time.Second}}, nil
}

// get reads what a path of the inspector's API answers into v.
func (t *target) get(path string, v any) error {
	r, err := http.NewRequest(http.MethodGet, t.base+"/api/"+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+t.token)
	a, err := t.client.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(a.Body, 1000)) // the status says enough
		return fmt.Errorf("%s: %s: %s", path, a.Status, strings.TrimSpace(string(text)))
	}
	return json.NewDecoder(a.Body).Decode(v)
}

// quantiles are a histogram, in seconds.
type quantiles struct {
	Count    uint64
	Sum, Max float64
	P50, P99 float64
}

type overview struct {
	Kernel         string
	Uptime         float64
	Dispatched     uint64
	Threw          uint64
	Turn           quantiles
	Paused         bool
	Counts         struct{ Sessions, Events, Timers, Handles, DeadLetters int }
	Memory         struct{ Heap uint64 }
	OffloadRunning int
	Goroutines     int
	Stale          bool
}

type eventRow struct {
	Kind, Event  string
	Count, Threw uint64
	Run, Wait    quantiles
}

func (e *eventRow) mean() float64 {
	if e.Run.Count == 0 {
		return 0
	}
	return e.Run.Sum / float64(e.Run.Count)
}

// runInspect opens an inspector in a browser, or prints what it shows.
func runInspect(args []string, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("poe inspect", flag.ContinueOnError)
	flags.SetOutput(stderr)
	show := flags.Bool("print", false, "print the numbers instead of opening a browser")
	usageLine(flags, "poe inspect [-print] ADDRESS | CRASH.json | RECORDING ... [-- PROGRAM ...]")
	var command []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, command = args[:i], args[i+1:]
	}
	rest, err := parseFlags(flags, args)
	if err != nil {
		return 2, err
	}
	if len(rest) == 0 {
		return 2, errors.New("inspect needs the address that the program has printed, a file with a dump, or recordings")
	}
	switch {
	case isRecording(rest[0]):
		return inspectRecordings(rest, command, stdout)
	case len(rest) != 1 || command != nil:
		return 2, errors.New("inspect shows one program, one dump, or recordings with the program that replays them")
	}
	if info, err := os.Stat(rest[0]); err == nil && info.Mode().IsRegular() {
		return inspectDump(rest[0], *show, stdout)
	}
	if _, err := os.Stat(rest[0]); err != nil && !strings.Contains(rest[0], ":") {
		return 2, err // neither a file nor an address, which has a port
	}
	t, err := targetOf(rest[0])
	if err != nil {
		return 2, err
	}
	if !*show && t.page != "" {
		if browse(t.page) == nil {
			return 0, nil
		}
		fmt.Fprintf(stdout, "no browser could be started: open %s\n\n", t.page)
	}
	return 0, printTop(t, stdout, nil, 40)
}

// isRecording reports whether a path is a directory, or a file with a recording.
func isRecording(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return err == nil
	}
	_, err = replayrun.ReadHead(path)
	return err == nil
}

// inspectRecordings shows recordings until it is interrupted; the command replays
// them, if there is one.
func inspectRecordings(paths, command []string, stdout io.Writer) (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 2, err
	}
	r := inspect.NewRecordings(paths, command)
	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	page := "http://" + l.Addr().String() + "/?token=" + r.Token()
	fmt.Fprintf(stdout, "the recordings are at %s until this program is interrupted\n", page)
	_ = browse(page) // the address is printed
	return 0, server.Serve(l)
}

// inspectDump shows a dump, until it is interrupted or, with print, once.
func inspectDump(path string, print bool, stdout io.Writer) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 2, err
	}
	defer f.Close()
	o, err := inspect.ReadDump(f)
	if err != nil {
		return 2, fmt.Errorf("%s: %w", path, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 2, err
	}
	server := &http.Server{Handler: o, ReadHeaderTimeout: 10 * time.Second}
	page := "http://" + l.Addr().String() + "/"
	if !print {
		page += "?token=" + o.Token()
		fmt.Fprintf(stdout, "%s is at %s until this program is interrupted\n", path, page)
		_ = browse(page) // the address is printed
		return 0, server.Serve(l)
	}
	defer server.Close()
	go server.Serve(l)
	if why, _, _ := strings.Cut(o.Why(), "\n"); why != "" {
		fmt.Fprintln(stdout, why)
	}
	return 0, printTop(&target{base: strings.TrimSuffix(page, "/"), token: o.Token(), client: &http.Client{Timeout: 10 * time.Second}}, stdout, nil, 40)
}

// browse opens a page in the user's browser.
func browse(page string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", page).Run()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", page).Run()
	}
	return exec.Command("xdg-open", page).Run()
}

// usageLine is what -h prints before the flags.
func usageLine(flags *flag.FlagSet, line string) {
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: %s\n", line)
		flags.PrintDefaults()
	}
}

// runTop shows the busiest events again and again.
func runTop(args []string, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("poe top", flag.ContinueOnError)
	flags.SetOutput(stderr)
	every := flags.Duration("every", 2*time.Second, "`time` between two looks")
	times := flags.Int("n", 0, "how many looks; 0 goes on forever")
	rows := flags.Int("rows", 20, "how many events")
	usageLine(flags, "poe top [flags] ADDRESS")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return 2, err
	}
	if len(rest) != 1 || *every <= 0 || *rows <= 0 {
		return 2, errors.New("top needs the address that the program has printed; -every and -rows are above 0")
	}
	t, err := targetOf(rest[0])
	if err != nil {
		return 2, err
	}
	last := &look{}
	for n := 0; *times == 0 || n < *times; n++ {
		if n > 0 {
			time.Sleep(*every)
		}
		if *times != 1 {
			fmt.Fprint(stdout, "\x1b[H\x1b[2J") // clears the screen
		}
		if err := printTop(t, stdout, last, *rows); err != nil {
			return 2, err
		}
	}
	return 0, nil
}

// look is what was seen, for the rates of the next look.
type look struct {
	at         time.Time
	dispatched uint64
	counts     map[string]uint64
}

// printTop prints the numbers of a kernel and its busiest events, with rates since
// the last look if there was one.
func printTop(t *target, w io.Writer, last *look, rows int) error {
	var o overview
	if err := t.get("overview", &o); err != nil {
		return err
	}
	var events []eventRow
	if err := t.get("events", &events); err != nil {
		return err
	}
	now := time.Now()
	since := o.Uptime
	before := look{counts: map[string]uint64{}}
	if last != nil && !last.at.IsZero() {
		before, since = *last, now.Sub(last.at).Seconds()
	}
	rate := func(n uint64) float64 { return float64(n) / max(since, 0.001) }
	state := ""
	if o.Paused {
		state = "  PAUSED"
	}
	fmt.Fprintf(w, "%s  up %s  %.0f events/s  loop delay p50 %s p99 %s%s\n", o.Kernel, short(o.Uptime), rate(o.Dispatched-before.dispatched), short(o.Turn.P50), short(o.Turn.P99), state)
	fmt.Fprintf(w, "sessions %d  queue %d  timers %d  handles %d  dead letters %d  panics %d  heap %.1f MiB  goroutines %d\n\n",
		o.Counts.Sessions, o.Counts.Events, o.Counts.Timers, o.Counts.Handles, o.Counts.DeadLetters, o.Threw, float64(o.Memory.Heap)/(1<<20), o.Goroutines)
	busy := func(e *eventRow) float64 { return e.mean() * float64(e.Count-before.counts[e.Kind+" "+e.Event]) }
	slices.SortStableFunc(events, func(a, b eventRow) int {
		switch x, y := busy(&a), busy(&b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	fmt.Fprintf(w, "%6s %10s %9s %9s %9s %9s  %s\n", "BUSY", "EVENTS/S", "COUNT", "WAIT p99", "RUN p50", "RUN p99", "EVENT")
	for i := range events[:min(rows, len(events))] {
		e := &events[i]
		fmt.Fprintf(w, "%5.1f%% %10.1f %9d %9s %9s %9s  %s  %s\n", 100*busy(e)/max(since, 0.001), rate(e.Count-before.counts[e.Kind+" "+e.Event]),
			e.Count, short(e.Wait.P99), short(e.Run.P50), short(e.Run.P99), e.Event, e.Kind)
	}
	if last != nil {
		last.at, last.dispatched, last.counts = now, o.Dispatched, map[string]uint64{}
		for _, e := range events {
			last.counts[e.Kind+" "+e.Event] = e.Count
		}
	}
	return nil
}

// short is a time in seconds with three digits or so.
func short(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(10 * time.Nanosecond).String()
}

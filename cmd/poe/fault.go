package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/internal/fault"
	"github.com/gopoe/poe/recording"
)

// faults runs a program again and again, and lets one call fail each time.
type faults struct {
	command []string
	during  string        // a command that uses the program while it runs
	limit   time.Duration // for one run
	call    string        // only this one; empty for all
	errno   string        // only this one; empty for the usual one of each call
	nth     int           // only this one; 0 for all
	all     bool          // with each error
	most    int           // places of each call
	verbose bool

	stdout io.Writer
	sound  faultRun // without a fault
}

// faultRun is how one run has ended.
type faultRun struct {
	status  int           // exit status of the program, -1 if a signal has ended it
	during  int           // that of the other command
	limited bool          // it did not end in its time
	cpu     time.Duration // processor time
	said    string        // on standard error
	calls   []string      // that it made, or the one that has failed
}

// The ways in which a run with a fault ends, from good to bad.
const (
	endsAlike  = "recovers"
	endsError  = "ends with an error"
	endsSilent = "FAILS SILENTLY"
	endsPanic  = "CRASHES"
	endsNever  = "HANGS"
	endsSpins  = "SPINS"
)

func runFault(args []string, stdout, stderr io.Writer) (int, error) {
	f := faults{stdout: stdout}
	flags := flag.NewFlagSet("poe fault", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&f.call, "call", "", "let only this `call` fail, such as read, accept or listen")
	flags.StringVar(&f.errno, "errno", "", "with this `error`, such as ENOSPC, instead of one that is usual for the call")
	flags.IntVar(&f.nth, "nth", 0, "only the call of this `number`; the first is 1")
	flags.BoolVar(&f.all, "all", false, "each call with each of its errors, not only with the first")
	flags.IntVar(&f.most, "most", 8, "how many of the calls of a kind fail; they are chosen evenly")
	flags.DurationVar(&f.limit, "for", 10*time.Second, "how long a run may take; then it hangs")
	flags.StringVar(&f.during, "while", "", "a `command` for the shell that uses the program while that runs; at its end the program is interrupted")
	flags.BoolVar(&f.verbose, "v", false, "show what programs write to standard error")
	var err error
	if f.command, err = parseFlags(flags, args); err != nil {
		return 2, err
	}
	if len(f.command) == 0 {
		return 2, errors.New("fault: which program?")
	}
	if f.errno != "" {
		if _, err := fault.Errno(f.errno); err != nil {
			return 2, err
		}
	}
	return f.sweep()
}

// sweep runs the program without a fault, and then with each.
func (f *faults) sweep() (int, error) {
	var err error
	if f.sound, err = f.run(fault.Plan{}); err != nil {
		return 2, err
	}
	if f.sound.limited {
		return 2, fmt.Errorf("fault: without a fault the program does not end within %v; see -for and -while", f.limit)
	}
	if len(f.sound.calls) == 0 {
		return 2, fmt.Errorf("fault: %s made no call: it ran no POE kernel", f.command[0])
	}
	sites := f.sites()
	fmt.Fprintf(f.stdout, "without a fault: status %d, %v of processor time, %d calls\n", f.sound.status, f.sound.cpu.Round(time.Millisecond), len(f.sound.calls))
	if len(sites) == 0 {
		return 2, fmt.Errorf("fault: the program made no call %s of that number; it made %s", f.call, strings.Join(kinds(f.sound.calls), ", "))
	}
	bad := 0
	count := map[string]int{}
	for _, s := range sites {
		r, err := f.run(s.plan)
		if err != nil {
			return 2, err
		}
		end := f.judge(r)
		met := ""
		if len(r.calls) == 0 {
			end, met = endsAlike, ", did not come to the call"
		}
		count[end]++
		if end != endsAlike && end != endsError {
			bad++
		}
		fmt.Fprintf(f.stdout, "%-28s %-24s %s%s%s\n", s.plan, s.of, end, met, detail(end, r))
		if f.verbose && r.said != "" {
			fmt.Fprintln(f.stdout, "    "+strings.ReplaceAll(strings.TrimSpace(r.said), "\n", "\n    "))
		}
	}
	fmt.Fprintf(f.stdout, "%d faults:", len(sites))
	for _, end := range []string{endsAlike, endsError, endsSilent, endsPanic, endsNever, endsSpins} {
		if count[end] > 0 {
			fmt.Fprintf(f.stdout, " %d %s;", count[end], end)
		}
	}
	fmt.Fprintln(f.stdout)
	return min(bad, 1), nil
}

// site is one fault and what the call was of when it succeeded.
type site struct {
	plan fault.Plan
	of   string
}

// sites are the faults that are tried.
func (f *faults) sites() (list []site) {
	byCall := map[string][]string{}
	for _, c := range f.sound.calls {
		call, of, _ := strings.Cut(c, "\t")
		byCall[call] = append(byCall[call], of)
	}
	for _, call := range kinds(f.sound.calls) {
		if f.call != "" && f.call != call {
			continue
		}
		errs := fault.ErrorsOf(call, f.all)
		if f.errno != "" {
			one, _ := fault.Errno(f.errno)
			errs = []syscall.Errno{one}
		}
		for _, nth := range f.places(len(byCall[call])) {
			for _, errno := range errs {
				list = append(list, site{fault.Plan{Call: call, Nth: nth, Error: errno}, byCall[call][nth-1]})
			}
		}
	}
	return list
}

// places chooses which of n calls fail.
func (f *faults) places(n int) []int {
	if f.nth > 0 {
		if f.nth > n {
			return nil
		}
		return []int{f.nth}
	}
	return fault.Places(n, f.most)
}

// kinds are the names of calls in the order of the first of each.
func kinds(calls []string) (list []string) {
	seen := map[string]bool{}
	for _, c := range calls {
		call, _, _ := strings.Cut(c, "\t")
		if !seen[call] {
			seen[call] = true
			list = append(list, call)
		}
	}
	return list
}

// judge says how a run has ended, compared with the one without a fault.
func (f *faults) judge(r faultRun) string {
	spun := r.cpu > time.Second+5*f.sound.cpu
	switch {
	case strings.Contains(r.said, "goroutine ") && strings.Contains(r.said, "[running]"), r.status == -1 && !r.limited:
		return endsPanic
	case spun:
		return endsSpins
	case r.limited:
		return endsNever
	case r.status == f.sound.status && r.during == f.sound.during:
		return endsAlike
	case strings.TrimSpace(r.said) != "":
		return endsError
	}
	return endsSilent
}

// detail adds to how a run has ended what it has said.
func detail(end string, r faultRun) string {
	switch end {
	case endsAlike:
		return ""
	case endsSpins:
		return fmt.Sprintf(", %v of processor time", r.cpu.Round(time.Millisecond))
	}
	text := strings.TrimSpace(r.said)
	text = text[strings.LastIndexByte(text, '\n')+1:]
	if text != "" {
		text = ": " + text
	}
	if r.status > 0 {
		return fmt.Sprintf(", status %d%s", r.status, text)
	}
	return text
}

// run runs the program once.
func (f *faults) run(p fault.Plan) (r faultRun, err error) {
	dir, err := os.MkdirTemp("", "poe")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	result := filepath.Join(dir, "calls")
	ctx, cancel := context.WithTimeout(context.Background(), f.limit)
	defer cancel()
	var said bytes.Buffer
	cmd := program(ctx, f.command[0], f.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, &said
	cmd.Env = append(os.Environ(), recording.FaultVariable+"="+p.String(), recording.FaultResultVariable+"="+result)
	if err := cmd.Start(); err != nil {
		return r, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if f.during != "" {
		r.during = f.use(ctx, cmd, ended)
	}
	<-ended
	r.limited = ctx.Err() != nil
	r.status, r.said = cmd.ProcessState.ExitCode(), said.String()
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.calls, err = readCalls(result)
	return r, err
}

// use runs the command of -while and then interrupts the program. It returns the
// command's status.
func (f *faults) use(ctx context.Context, server *exec.Cmd, ended chan error) int {
	cmd := program(ctx, "sh", "-c", f.during)
	cmd.Stdin, cmd.Env = nil, append(os.Environ(), fmt.Sprint("POE_FAULT_PID=", server.Process.Pid))
	over := make(chan error, 1)
	go func() { over <- cmd.Run() }()
	select {
	case err := <-over:
		_ = server.Cancel() // it may have ended by itself
		return exitCode(err)
	case err := <-ended:
		ended <- err
		return exitCode(<-over)
	}
}

func exitCode(err error) int {
	var failed *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &failed):
		return failed.ExitCode()
	}
	return -1
}

// readCalls reads the calls that the program's kernel has noted.
func readCalls(name string) (calls []string, err error) {
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	for in.Scan() {
		calls = append(calls, in.Text())
	}
	return calls, in.Err()
}

// Package replayrun runs a program on a recording, and reads what its kernel says
// about the replay.
package replayrun

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/recording"
)

// KillTime is how long a program may go on after its run has parted from the
// recording.
const KillTime = 5 * time.Second

// Result is what the program's kernel leaves behind.
type Result struct {
	Equal, Whole, Divergence bool
	Events                   uint64
	Error                    string
}

// Stop is where a replay is to stop; the zero Stop is nowhere.
type Stop struct {
	Event uint64 // number
	Until string // NAME or NAME@SESSION
}

func (s Stop) set() bool { return s != Stop{} }

// ErrNoEvent says that the replay has not come to the event at which it was to stop.
var ErrNoEvent = errors.New("replay: there was no such event")

// Run runs a program on the recording in a file. If it is to stop somewhere, the
// state that the kernel has there is returned as JSON; then an ErrNoEvent comes with
// the Result.
func Run(cmd *exec.Cmd, file string, stop Stop) (r Result, state []byte, err error) {
	head, err := ReadHead(file)
	if err != nil {
		return r, nil, err
	}
	if file, err = filepath.Abs(file); err != nil {
		return r, nil, err
	}
	dir, err := os.MkdirTemp("", "poe")
	if err != nil {
		return r, nil, err
	}
	defer os.RemoveAll(dir)
	result, at := filepath.Join(dir, "result"), filepath.Join(dir, "state")
	cmd.Env = append(withoutPOE(os.Environ()), head.Environment...)
	cmd.Env = append(cmd.Env, recording.ReplayVariable+"="+file, recording.ResultVariable+"="+result)
	if stop.set() {
		cmd.Env = append(cmd.Env, recording.StateVariable+"="+at, recording.AtVariable+"="+strconv.FormatUint(stop.Event, 10), recording.UntilVariable+"="+stop.Until)
	}
	failed, err := untilResult(cmd, result)
	if err != nil {
		return r, nil, err
	}
	data, err := os.ReadFile(result)
	if errors.Is(err, os.ErrNotExist) {
		return r, nil, fmt.Errorf("%s replayed nothing: it ran no POE kernel, or ended before the recording did (%v)", cmd, failed)
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil || !stop.set() {
		return r, nil, err
	}
	if state, err = os.ReadFile(at); errors.Is(err, os.ErrNotExist) {
		err = ErrNoEvent
	}
	return r, state, err
}

// State returns the state that the kernel of a program has before an event of a
// recording, as JSON. The program gets the arguments that it had then unless command
// has some.
func State(ctx context.Context, command []string, file string, event uint64) ([]byte, error) {
	command, err := Arguments(command, file)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.WaitDelay = time.Second
	r, state, err := Run(cmd, file, Stop{Event: event})
	if errors.Is(err, ErrNoEvent) && r.Error != "" {
		err = fmt.Errorf("%w: %s", err, r.Error)
	}
	return state, err
}

// Arguments adds the arguments that the program had when it was recorded to a
// command that has none.
func Arguments(command []string, file string) ([]string, error) {
	if len(command) != 1 {
		return command, nil
	}
	head, err := ReadHead(file)
	return append(command[:1:1], head.Arguments...), err
}

// ReadHead reads the beginning of the recording in a file.
func ReadHead(file string) (recording.Head, error) {
	f, err := os.Open(file)
	if err != nil {
		return recording.Head{}, err
	}
	defer f.Close()
	head, err := recording.ReadHead(f)
	if err != nil {
		return head, fmt.Errorf("%s: %w", file, err)
	}
	return head, nil
}

// untilResult runs the program, and kills it if it continues for KillTime after its run
// has parted from the recording.
func untilResult(cmd *exec.Cmd, result string) (failed, err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for over := time.Duration(0); ; {
		select {
		case failed = <-ended:
			return failed, nil
		case <-tick.C:
			if data, err := os.ReadFile(result); err != nil || !bytes.Contains(data, []byte(`"final":true`)) {
				continue
			}
			if over += 100 * time.Millisecond; over == KillTime {
				_ = cmd.Process.Kill() // its end is the next thing to come
			}
		}
	}
}

// withoutPOE leaves the variables out that the recording sets.
func withoutPOE(env []string) (kept []string) {
	for _, pair := range env {
		if !strings.HasPrefix(pair, "POE_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// valuesVariable has POEx::Recorder record calls and types as well.
const valuesVariable = "POE_RECORD_VALUES"

// killTime is how long a program that was interrupted may take to end.
const killTime = 5 * time.Second

func runRecord(args []string, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("poe record", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "poe.trace", "the file to write; an old one is replaced")
	values := flags.Bool("values", false, "also record the types of what a Perl program's subs are given, for poe port -trace")
	limit := flags.Duration("for", 0, "interrupt the program after this time (0: let it end by itself)")
	if err := flags.Parse(args); err != nil {
		return 2, err
	}
	if flags.NArg() == 0 {
		return 2, errors.New("record: which program?")
	}
	ctx, cancel := within(*limit)
	defer cancel()
	cmd := program(ctx, flags.Arg(0), flags.Args()[1:]...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if *values {
		cmd.Env = append(os.Environ(), valuesVariable+"=1")
	}
	return 0, record(cmd, *out, stderr)
}

// within is the time that a program gets; 0 is no limit.
func within(limit time.Duration) (context.Context, context.CancelFunc) {
	if limit <= 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), limit)
}

// program is a program that is interrupted at the context's end, with all that
// it has started, and killed if it does not care.
func program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = os.Stdin
	cmd.WaitDelay = killTime
	interruptible(cmd)
	return cmd
}

// record runs a program so that it writes its trace to a file. That the program
// fails is told and is no error.
func record(cmd *exec.Cmd, file string, stderr io.Writer) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if _, err := os.ReadDir(filepath.Dir(file)); err != nil {
		return err
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	lib, err := os.MkdirTemp("", "poe")
	if err != nil {
		return err
	}
	defer os.RemoveAll(lib)
	if err := writeRecorder(lib); err != nil {
		return err
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = recordingEnv(cmd.Env, lib, file)
	if err := cmd.Run(); errors.As(err, new(*exec.Error)) {
		return err
	} else if err != nil {
		fmt.Fprintf(stderr, "poe: %s: %v\n", cmd, err)
	}
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("%s recorded nothing: it ran no POE kernel, or ended before it did", cmd)
	}
	return nil
}

func writeRecorder(lib string) error {
	name := filepath.Join(lib, "POEx", "Recorder.pm")
	if err := os.Mkdir(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(recorder), 0o644)
}

// recordingEnv is an environment in which programs record.
func recordingEnv(env []string, lib, file string) []string {
	const libs, options = "PERL5LIB", "PERL5OPT"
	set := map[string]string{libs: lib, options: "-MPOEx::Recorder", "POE_RECORD": file}
	if old := os.Getenv(libs); old != "" {
		set[libs] += string(os.PathListSeparator) + old
	}
	if old := os.Getenv(options); old != "" {
		set[options] += " " + old
	}
	var out []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if _, ours := set[name]; !ours {
			out = append(out, pair)
		}
	}
	for name, value := range set {
		out = append(out, name+"="+value)
	}
	return out
}

package poetest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// Replays records a run of a program on each loop of the system and replays it n
// times, each loop in a subtest. program makes the program's sessions; what it passes
// to say must be the same in each replay. It returns a function that is called after
// the run, or nil. The functions then are called with each recording, and the options
// of its kernel.
func Replays(t *testing.T, n int, program func(k *kernel.Kernel, say func(format string, args ...any)) (after func()), then ...func(t *testing.T, file string, o kernel.Options)) {
	t.Helper()
	loops := []string{"portable"}
	if runtime.GOOS == "linux" {
		loops = append(loops, "epoll")
	}
	for _, loop := range loops {
		t.Run(loop, func(t *testing.T) {
			o := kernel.Options{Loop: loop}
			file, said := record(t, o, program)
			for range n {
				var again []string
				var after func()
				Replay(t, file, func(k *kernel.Kernel) { after = program(k, sayInto(&again)) }, o)
				if after != nil {
					after()
				}
				if !slices.Equal(said, again) {
					t.Fatalf("poetest: the recorded run has said\n%q\nand a replay\n%q", said, again)
				}
			}
			for _, f := range then {
				f(t, file, o)
			}
		})
	}
}

// record runs a program with a recording and returns the file and what was said.
func record(t *testing.T, o kernel.Options, program func(k *kernel.Kernel, say func(string, ...any)) func()) (file string, said []string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "run.rec")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o.Recording = &kernel.Recording{Writer: f}
	k := kernel.New(o)
	after := program(k, sayInto(&said))
	if err := k.Run(); err != nil {
		t.Fatalf("poetest: the run to record: %v", err)
	}
	if after != nil {
		after()
	}
	return file, said
}

func sayInto(to *[]string) func(format string, args ...any) {
	return func(format string, args ...any) { *to = append(*to, fmt.Sprintf(format, args...)) }
}

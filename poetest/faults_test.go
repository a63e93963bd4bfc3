package poetest_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// piped sends itself a line through a pipe. If it cannot read it, it does what way
// says.
func piped(k *kernel.Kernel, way string) (failed error) {
	r, w, err := kernel.Pipe()
	if err != nil {
		return err
	}
	defer w.Close()
	spins := 0
	if way != "leaks" {
		defer r.Close()
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			if _, failed = w.Write([]byte("line")); failed == nil {
				failed = k.SelectRead(r, "readable")
			}
		},
		"readable": func(kernel.Event) {
			if spins > 0 { // there is something to read all the time
				if spins--; spins == 0 {
					k.SelectClear(r)
				}
				return
			}
			_, err := r.Read(make([]byte, 10))
			if err != nil && way == "spins" {
				spins = 30000
				return
			}
			k.SelectClear(r)
			switch {
			case err == nil:
			case way == "silent":
				failed = fmt.Errorf("no line")
			case way == "hangs":
				_ = k.Delay("again", time.Hour)
			default:
				failed = err
			}
		},
		"again": func(kernel.Event) {},
	})
	if err == nil {
		err = k.Run()
	}
	if err == nil {
		err = failed
	}
	return err
}

func TestFaults(t *testing.T) {
	tried := map[string]bool{}
	var of []string
	poetest.Faults{All: true}.Run(t, func(t *testing.T, k *kernel.Kernel) error {
		tried[t.Name()] = true
		err := piped(k, "")
		if err != nil {
			of = append(of, err.Error())
		}
		return err
	})
	for _, want := range []string{"pipe:1:EMFILE", "write:1:EPIPE", "read:1:EIO", "close:2:EIO"} {
		assert.True(t, tried["TestFaults/"+want], want)
	}
	assert.Contains(t, of, "no space left on device")
}

// faultyWay is the variable that has TestFaultyProgram run.
const faultyWay = "POE_TEST_FAULTY"

// TestFaultyProgram is the program of TestFaultsFindMistakes, in a process of its own.
func TestFaultyProgram(t *testing.T) {
	if way := os.Getenv(faultyWay); way != "" {
		poetest.Faults{Call: "read", Limit: time.Second}.Run(t, func(t *testing.T, k *kernel.Kernel) error { return piped(k, way) })
	}
}

func TestFaultsFindMistakes(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for way, want := range map[string]string{
		"silent": "nothing says that the call has failed, only: no line",
		"hangs":  "the program does not end",
		"spins":  "the program spins: ",
		"leaks":  "descriptors are left",
	} {
		t.Run(way, func(t *testing.T) {
			cmd := exec.Command(self, "-test.run", "^TestFaultyProgram$")
			cmd.Env = append(os.Environ(), faultyWay+"="+way)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "--- FAIL: TestFaultyProgram/read:1:ECONNRESET")
			require.Contains(t, string(out), want)
		})
	}
}

package supervise_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
)

// kernelTree runs a supervisor whose only child is a kernel, and returns the
// log of what that does: the states of the child and what its sessions send.
func kernelTree(t *testing.T, restart supervise.Restart, setup func(k *kernel.Kernel, log func(string)) error, until func(line string, s *supervise.Supervisor)) (log []string, err error) {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	outside := k.Outside()
	var s *supervise.Supervisor
	var self kernel.ID
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			self = e.Session
			require.NoError(t, e.Kernel.AliasSet("log"))
			s, err = supervise.New(e.Kernel, supervise.Config{
				Alias: "tree",
				Children: []supervise.Spec{{
					Name: "kernel", Restart: restart,
					Start: supervise.Kernel(kernel.Options{Logger: slog.New(slog.DiscardHandler)}, func(k *kernel.Kernel) error {
						return setup(k, func(line string) { outside.Post(kernel.Alias("log"), "line", line) })
					}),
				}},
				Changed: func(e kernel.Event, s supervise.Status) {
					line := s.State.String()
					if s.Err != nil {
						line += ": " + s.Err.Error()
					}
					assert.NoError(t, e.Kernel.Post(self, "line", line))
				},
			})
			require.NoError(t, err)
		},
		"line": func(e kernel.Event) {
			line := kernel.Arg[string](e, 0)
			log = append(log, line)
			until(line, s)
		},
		"_child": func(kernel.Event) {},
	})
	require.NoError(t, err)
	return log, k.Run()
}

// staying is a session that stays until the signal TERM.
func staying(k *kernel.Kernel, log func(string), funcs session.Funcs) error {
	all := session.Funcs{
		"_start": func(e kernel.Event) {
			_, _ = e.Kernel.RefcountIncrement(e.Session, "stays")
			log("up")
		},
		"_stop": func(kernel.Event) { log("down") },
	}
	for name, f := range funcs {
		all[name] = f
	}
	_, err := session.Inline(k, all)
	return err
}

func TestKernelIsStoppedByTERM(t *testing.T) {
	log, err := kernelTree(t, supervise.Permanent,
		func(k *kernel.Kernel, log func(string)) error { return staying(k, log, nil) },
		func(line string, s *supervise.Supervisor) {
			if line == "up" {
				s.Shutdown()
			}
		})
	require.NoError(t, err)
	require.Len(t, log, 5)
	assert.ElementsMatch(t, []string{"running", "up"}, log[:2], "on two goroutines")
	assert.Equal(t, []string{"stopping", "down", "stopped"}, log[2:])
}

func TestKernelIsRestarted(t *testing.T) {
	starts := 0
	log, err := kernelTree(t, supervise.Transient,
		func(k *kernel.Kernel, log func(string)) error {
			starts++
			first := starts == 1
			return staying(k, log, session.Funcs{
				"_start": func(e kernel.Event) {
					_, _ = e.Kernel.RefcountIncrement(e.Session, "stays")
					if first {
						e.Kernel.Yield("crash")
						return
					}
					log("up again")
				},
				"_stop": func(kernel.Event) {},
				"crash": func(kernel.Event) { panic(errors.New("crash")) },
			})
		},
		func(line string, s *supervise.Supervisor) {
			if line == "up again" {
				s.Shutdown()
			}
		})
	require.NoError(t, err)
	var words []string
	for _, line := range log {
		word, reason, failed := strings.Cut(line, ": ")
		words = append(words, word)
		assert.True(t, !failed || strings.HasPrefix(reason, "crash"), line)
	}
	assert.Contains(t, words, "up again")
	words = slices.DeleteFunc(words, func(word string) bool { return word == "up again" }) // the kernel may come up before that is reported
	assert.Equal(t, []string{"running", "stopped", "restarting", "running", "stopping", "stopped"}, words)
	assert.Equal(t, 2, starts)
}

func TestKernelWhoseSetupFails(t *testing.T) {
	for name, setup := range map[string]func(*kernel.Kernel, func(string)) error{
		"error": func(*kernel.Kernel, func(string)) error { return errors.New("no database") },
		"panic": func(*kernel.Kernel, func(string)) error { panic("no database") },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kernelTree(t, supervise.Permanent, setup, func(string, *supervise.Supervisor) {})
			var gaveUp *supervise.IntensityError
			require.ErrorAs(t, err, &gaveUp)
			assert.ErrorContains(t, gaveUp.Err, "no database")
		})
	}
}

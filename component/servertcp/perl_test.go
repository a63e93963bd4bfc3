package servertcp_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/storable"
	"github.com/gopoe/poe/kernel"
)

// perl makes a command of testdata/peer.pl.
func perl(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return perlScript(t, "peer.pl", args...)
}

// perlScript makes a command of a script in testdata. Without POE the test is
// skipped, unless POE_REQUIRED says that it must be there.
func perlScript(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	if err := exec.Command("perl", "-MPOE", "-e", "1").Run(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal("POE is required and not there:", err)
		}
		t.Skip("needs perl with POE")
	}
	cmd := exec.CommandContext(t.Context(), "perl", append([]string{"testdata/" + script}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

// hash and list are what a value of filter.Reference holds.
func hash(t *testing.T, record any) map[string]any {
	t.Helper()
	m, ok := record.(map[string]any)
	require.True(t, ok, "%T", record)
	return m
}

func list(t *testing.T, v any) []any {
	t.Helper()
	l, ok := v.([]any)
	require.True(t, ok, "%T", v)
	return l
}

// conversation is what both sides say with one filter.
type conversation struct {
	name      string
	filter    func() filter.Filter
	questions []any
	show      func(record any) string
	answer    func(record any) any
	answers   []string
}

func conversations(t *testing.T) []conversation {
	text := conversation{
		name: "Line", questions: []any{"one", "a longer line"}, answers: []string{"re: one", "re: a longer line"},
		show:   func(record any) string { return record.(string) },
		answer: func(record any) any { return "re: " + record.(string) },
		filter: filter.Lines,
	}
	block := text
	block.name = "Block"
	block.filter = func() filter.Filter {
		f, err := filter.NewBlock(filter.BlockConfig{})
		require.NoError(t, err)
		return f
	}
	values := conversation{
		name: "Reference", answers: []string{"n=2 list=3 2 1", "n=3 list=x"},
		questions: []any{map[string]any{"n": 1, "list": []any{1, 2, 3}}, map[string]any{"n": 2, "list": []any{"x"}}},
		filter: func() filter.Filter {
			f, err := filter.NewReference(filter.ReferenceConfig{Serializer: storable.Serializer{}})
			require.NoError(t, err)
			return f
		},
		show: func(record any) string {
			m := hash(t, record)
			words := fmt.Sprintln(list(t, m["list"])...)
			return fmt.Sprintf("n=%v list=%s", m["n"], strings.TrimSpace(words))
		},
		answer: func(record any) any {
			m := hash(t, record)
			var back []any
			for _, v := range list(t, m["list"]) {
				back = append([]any{v}, back...)
			}
			n, err := strconv.Atoi(fmt.Sprint(m["n"]))
			require.NoError(t, err)
			return map[string]any{"n": n + 1, "list": back}
		},
	}
	return []conversation{text, block, values}
}

func TestPerlClient(t *testing.T) {
	for _, c := range conversations(t) {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, servertcp.Config{
				ClientFilter: c.filter,
				ClientInput:  servertcp.Input(func(client *servertcp.Client, record any) { client.Put(c.answer(record)) }),
			})
			_, port, _ := strings.Cut(r.addr, ":")
			out, err := perl(t, "client", port, c.name).Output()
			require.NoError(t, err)
			require.Equal(t, strings.Join(c.answers, "\n")+"\n", string(out))
		})
	}
}

func TestPerlServer(t *testing.T) {
	for _, c := range conversations(t) {
		t.Run(c.name, func(t *testing.T) {
			cmd := perl(t, "server", c.name)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			line, err := bufio.NewReader(out).ReadString('\n')
			require.NoError(t, err)
			port, err := strconv.Atoi(strings.TrimSpace(line))
			require.NoError(t, err)
			var got []string
			k := kernel.New()
			_, err = clienttcp.New(k, clienttcp.Config{
				RemoteAddress: "127.0.0.1", RemotePort: port, Filter: c.filter,
				Connected: func(client *clienttcp.Client) { client.Put(c.questions...) },
				ServerInput: clienttcp.Input(func(client *clienttcp.Client, record any) {
					if got = append(got, c.show(record)); len(got) == len(c.questions) {
						client.Shutdown()
					}
				}),
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			require.Equal(t, c.answers, got)
			require.NoError(t, cmd.Wait())
		})
	}
}

//go:build unix

package daemon_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
)

// roleDrop drops to args: user, group, groups, chroot.
func roleDrop(args []string) error {
	who := daemon.Identity{User: args[0], Group: args[1], Chroot: args[3]}
	if args[2] != "-" {
		who.Groups = strings.Fields(args[2])
	}
	err := daemon.DropPrivileges(who)
	fmt.Println("error:", err, errors.Is(err, daemon.ErrNotRoot))
	groups, _ := os.Getgroups()
	fmt.Println("ids:", os.Getuid(), os.Geteuid(), os.Getgid(), os.Getegid(), groups)
	// All threads have changed: each sees it in its own status.
	if tasks, err := os.ReadDir("/proc/self/task"); err == nil {
		for _, task := range tasks {
			status, err := os.ReadFile("/proc/self/task/" + task.Name() + "/status")
			if err == nil && !strings.Contains(string(status), fmt.Sprintf("Uid:\t%d\t%[1]d\t%[1]d\t%[1]d\n", os.Getuid())) {
				fmt.Println("thread", task.Name(), "has other ids")
			}
		}
	}
	if wd, err := os.Getwd(); err == nil && args[3] != "" {
		_, err := os.Stat("/inside")
		fmt.Println("root:", wd, err)
	}
	return nil
}

func TestDropTo(t *testing.T) {
	if os.Getuid() != 0 {
		out, err := command("drop", "0", "0", "", "").CombinedOutput()
		require.NoError(t, err)
		require.Contains(t, string(out), "true\n", "refused, and nothing changed")
		require.Contains(t, string(out), fmt.Sprintf("ids: %d %d %d %d ", os.Getuid(), os.Geteuid(), os.Getgid(), os.Getegid()))
		// Who is that user already has nothing to drop.
		out, err = command("drop", strconv.Itoa(os.Getuid()), strconv.Itoa(os.Getgid()), "-", "").CombinedOutput()
		require.NoError(t, err)
		require.Contains(t, string(out), "error: <nil>")
		return
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/inside", nil, 0o644))
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"name and groups", []string{"nobody", "65534", "12345 12346", ""}, "error: <nil> false\nids: 65534 65534 65534 65534 [12345 12346]\n"},
		{"no groups", []string{"4321", "4322", "", ""}, "error: <nil> false\nids: 4321 4321 4322 4322 []\n"},
		{"chroot", []string{"4321", "4322", "", dir}, "error: <nil> false\nids: 4321 4321 4322 4322 []\nroot: / <nil>\n"},
		{"chroot fails, nothing has changed", []string{"4321", "4322", "", dir + "/inside"}, "error: daemon: chroot: not a directory false\nids: 0 0 0 0 "},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, err := command("drop", test.args...).CombinedOutput()
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(out), test.want), string(out))
			require.NotContains(t, string(out), "thread")
		})
	}
}

func TestDropToRefuses(t *testing.T) {
	for field, who := range map[string]daemon.Identity{
		"Identity.User":   {},
		"Identity.Group":  {User: "54321"},
		"Identity.Groups": {User: "nobody", Groups: []string{"no such group"}},
	} {
		var wrong *kernel.ConfigError
		require.ErrorAs(t, daemon.DropPrivileges(who), &wrong)
		require.Equal(t, field, wrong.Field)
	}
	require.ErrorContains(t, daemon.DropPrivileges(daemon.Identity{User: "no such user"}), "no such user")
}

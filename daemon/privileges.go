//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// Identity is the user and the groups to switch to.
type Identity struct {
	// User is a user's name or number. Required.
	User string
	// Group is a group's name or number; empty is the user's primary group. It
	// is required if User is a number without a user in the system's database.
	Group string
	// Groups are the supplementary groups, by name or number. If nil, they are
	// those which the system's database has for the user; if empty but not nil,
	// there are none.
	Groups []string
	// Chroot is the directory that becomes the root and the working directory;
	// if empty, neither changes. It must contain the files that Go programs read
	// only when they need them: time zones, certificates, /etc/resolv.conf.
	Chroot string
}

// ErrNotRoot indicates that the process lacks the privileges needed to change
// its user. Nothing has been changed. It wraps os.ErrPermission.
var ErrNotRoot = fmt.Errorf("daemon: changing the user needs root: %w", os.ErrPermission)

// PartialError indicates that only some of the steps of DropPrivileges have
// succeeded. The process has neither its old identity nor the new one and must
// end.
type PartialError struct {
	Step string // the step that failed: "chroot", "setgroups", "setgid", "setuid", "verify"
	Err  error
}

// Error names the step that failed.
func (e *PartialError) Error() string {
	return fmt.Sprintf("daemon: privileges dropped only in part, the process must end: %s: %v", e.Step, e.Err)
}

// Unwrap returns the system's error.
func (e *PartialError) Unwrap() error { return e.Err }

// ids is an Identity in the system's numbers.
type ids struct {
	uid, gid int
	groups   []int
}

// DropPrivileges permanently changes the user and the groups of the process.
// Call it when the sockets are bound and the files are open. All names are
// looked up before anything is changed.
//
// Unless the process is root, the error is [ErrNotRoot]; but if it already has
// that user and group, and neither Chroot nor Groups is set, the error is nil.
// If the system refuses a step after others have succeeded, the error is a
// *[PartialError]; after any other error nothing has been changed. The change
// applies to all threads. DropPrivileges verifies that it cannot be undone.
func DropPrivileges(who Identity) error {
	to, err := who.lookUp()
	if err != nil {
		return err
	}
	if os.Geteuid() != 0 || os.Getuid() != 0 {
		if who.Chroot == "" && who.Groups == nil && to.already() {
			return nil
		}
		return ErrNotRoot
	}
	steps := []struct {
		name string
		do   func() error
	}{
		{"chroot", func() error { return changeRoot(who.Chroot) }},
		{"setgroups", func() error { return syscall.Setgroups(to.groups) }},
		{"setgid", func() error { return syscall.Setgid(to.gid) }},
		{"setuid", func() error { return syscall.Setuid(to.uid) }},
		{"verify", to.verify},
	}
	for i, step := range steps {
		if err := step.do(); err != nil {
			if i == 0 && !errors.As(err, new(*PartialError)) {
				return fmt.Errorf("daemon: chroot: %w", err) // nothing has changed yet
			}
			return &PartialError{Step: step.name, Err: err}
		}
	}
	return nil
}

func changeRoot(dir string) error {
	if dir == "" {
		return nil
	}
	if err := syscall.Chroot(dir); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil { // or the old root is still reachable
		return &PartialError{Step: "chdir", Err: err}
	}
	return nil
}

// already reports whether the process is who it shall be.
func (to ids) already() bool {
	return os.Getuid() == to.uid && os.Geteuid() == to.uid && os.Getgid() == to.gid && os.Getegid() == to.gid
}

// verify ensures that the drop is complete and final.
func (to ids) verify() error {
	switch {
	case !to.already():
		return fmt.Errorf("user %d/%d and group %d/%d instead of %d and %d",
			os.Getuid(), os.Geteuid(), os.Getgid(), os.Getegid(), to.uid, to.gid)
	case to.uid != 0 && syscall.Setuid(0) == nil:
		return errors.New("the way back to root is open")
	}
	have, err := os.Getgroups()
	if err != nil {
		return err
	}
	for _, g := range have {
		if g != to.gid && !slices.Contains(to.groups, g) {
			return fmt.Errorf("still in group %d", g)
		}
	}
	return nil
}

// lookUp finds the numbers.
func (who Identity) lookUp() (ids, error) {
	var to ids
	if who.User == "" {
		return to, who.wrong("User", errors.New("is required"))
	}
	u, err := user.Lookup(who.User)
	if err != nil {
		if u, err = user.LookupId(who.User); err != nil {
			return who.unknown(err)
		}
	}
	if to.uid, err = strconv.Atoi(u.Uid); err != nil {
		return to, who.wrong("User", err)
	}
	group := who.Group
	if group == "" {
		group = u.Gid
	}
	if to.gid, err = groupNumber(group); err != nil {
		return to, who.wrong("Group", err)
	}
	names := who.Groups
	if names == nil {
		if names, err = u.GroupIds(); err != nil {
			return to, who.wrong("Groups", err)
		}
	}
	return who.supplementary(to, names)
}

// unknown deals with a user whom the system does not know: a number will do,
// with a group.
func (who Identity) unknown(cause error) (ids, error) {
	uid, err := strconv.ParseUint(who.User, 10, 31)
	if err != nil {
		return ids{}, who.wrong("User", fmt.Errorf("%q: %w", who.User, cause))
	}
	if who.Group == "" {
		return ids{}, who.wrong("Group", fmt.Errorf("is required: the system knows no user %d", uid))
	}
	gid, err := groupNumber(who.Group)
	if err != nil {
		return ids{}, who.wrong("Group", err)
	}
	return who.supplementary(ids{uid: int(uid), gid: gid}, who.Groups)
}

func (who Identity) supplementary(to ids, names []string) (ids, error) {
	to.groups = []int{}
	for _, name := range names {
		g, err := groupNumber(name)
		if err != nil {
			return to, who.wrong("Groups", err)
		}
		to.groups = append(to.groups, g)
	}
	return to, nil
}

func groupNumber(name string) (int, error) {
	if g, err := user.LookupGroup(name); err == nil {
		name = g.Gid
	}
	n, err := strconv.ParseUint(name, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("no group %q", name)
	}
	return int(n), nil
}

func (who Identity) wrong(field string, err error) error {
	return &kernel.ConfigError{Package: "daemon", Field: "Identity." + field, Err: err}
}

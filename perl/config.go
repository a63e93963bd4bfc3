//go:build linux

package perl

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Config is %Config of the module of that name, with what programs ask of it.
var Config = NewHash("osname", "linux", "path_sep", ":", "perlpath", "/usr/bin/perl", "sh", "/bin/sh", "version", "5.36.0",
	"useithreads", "define", "d_fork", "define", "ivsize", "8", "nvsize", "8", "byteorder", "12345678")

func init() {
	names, numbers := []string{"ZERO"}, []string{"0"}
	for n := 1; n <= 64; n++ {
		names, numbers = append(names, signalName(n)), append(numbers, strconv.Itoa(n))
	}
	for _, other := range []struct {
		name string
		n    int
	}{{"IOT", int(unix.SIGABRT)}, {"CLD", int(unix.SIGCHLD)}, {"POLL", int(unix.SIGIO)}} {
		names, numbers = append(names, other.name), append(numbers, strconv.Itoa(other.n))
	}
	Config.Set("sig_name", strings.Join(names, " ")+" ")
	Config.Set("sig_num", strings.Join(numbers, " ")+" ")
}

// signalName is the name of a signal without SIG, as Perl has it.
func signalName(n int) string {
	switch n {
	case 34:
		return "RTMIN"
	case 64:
		return "RTMAX"
	}
	if name := unix.SignalName(syscall.Signal(n)); name != "" {
		return strings.TrimPrefix(name, "SIG")
	}
	return "NUM" + strconv.Itoa(n)
}

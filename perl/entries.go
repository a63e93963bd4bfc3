//go:build linux

package perl

import (
	"net"
	"os"
	"strconv"
	"strings"
)

// entryValues say which field of the list is the value in scalar context; -1 is the
// last.
var entryValues = map[string]int{"getpwnam": 2, "getpwuid": 0, "getgrnam": 2, "getgrgid": 0, "gethostbyname": -1, "gethostbyaddr": 0,
	"getprotobyname": 2, "getprotobynumber": 0, "getservbyname": 2, "getservbyport": 0}

// Entry returns what function finds in the databases of the system, as a list, or
// nothing. Perl: getpwnam, getpwuid, getgrnam, getgrgid, gethostbyname, gethostbyaddr,
// getprotobyname, getprotobynumber, getservbyname and getservbyport.
func Entry(function string, args ...any) []any {
	key := Str(At(args, 0))
	switch function {
	case "getpwnam":
		return passwd("/etc/passwd", 0, key)
	case "getpwuid":
		return passwd("/etc/passwd", 2, key)
	case "getgrnam":
		return group(0, key)
	case "getgrgid":
		return group(2, key)
	case "gethostbyname":
		return host(key)
	case "gethostbyaddr":
		names, err := net.LookupAddr(Str(InetNtoa(key)))
		if err != nil || len(names) == 0 {
			return nil
		}
		return []any{strings.TrimSuffix(names[0], "."), "", Constants["AF_INET"], len(key), key}
	case "getprotobyname", "getprotobynumber":
		return protocol(key)
	case "getservbyname":
		port, err := net.LookupPort(Str(At(args, 1)), key)
		if err != nil || key == "" || key[0] >= '0' && key[0] <= '9' {
			return nil
		}
		return []any{key, "", port, Str(At(args, 1))}
	}
	return nil
}

// EntryValue is Entry in scalar context.
func EntryValue(function string, args ...any) any {
	list := Entry(function, args...)
	i := entryValues[function]
	if i < 0 {
		i = len(list) - 1
	}
	return At(list, i)
}

// lines returns the fields of the line of a file whose field number at is key.
func lines(file string, at int, key string) []string {
	text, err := os.ReadFile(file)
	if !succeeded(err) {
		return nil
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if f := strings.Split(line, ":"); len(f) > at && f[at] == key && line[0] != '#' {
			return f
		}
	}
	return nil
}

func passwd(file string, at int, key string) []any {
	f := lines(file, at, key)
	if len(f) < 7 {
		return nil
	}
	return []any{f[0], f[1], Int(f[2]), Int(f[3]), "", "", f[4], f[5], f[6]}
}

func group(at int, key string) []any {
	f := lines("/etc/group", at, key)
	if len(f) < 4 {
		return nil
	}
	return []any{f[0], f[1], Int(f[2]), strings.ReplaceAll(f[3], ",", " ")}
}

func host(name string) []any {
	addrs, err := net.LookupIP(name)
	if err != nil {
		return nil
	}
	out := []any{name, "", Constants["AF_INET"], 4}
	for _, a := range addrs {
		if v4 := a.To4(); v4 != nil {
			out = append(out, string(v4))
		}
	}
	if len(out) == 4 {
		return nil
	}
	return out
}

// protocols are those that programs open sockets of.
var protocols = map[string]int{"ip": 0, "icmp": 1, "tcp": 6, "udp": 17, "ipv6": 41, "ipv6-icmp": 58, "sctp": 132}

func protocol(key string) []any {
	for name, n := range protocols {
		if name == key || strconv.Itoa(n) == key {
			return []any{name, strings.ToUpper(name), n}
		}
	}
	return nil
}

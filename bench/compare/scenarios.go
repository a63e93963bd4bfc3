package main

import (
	"fmt"
	"strings"
)

// scenario is one kind of load.
type scenario struct {
	letter string
	name   string
	unit   string // of what is counted
	args   string // of the load generator
	first  bool   // only in the first round: it takes long and varies little
	all    bool   // the server may use all processors, and so may the generator
}

// scenarios are measured in this order. The letters are those of the table in
// docs/performance.md.
var scenarios = []scenario{
	{letter: "a", name: "50 clients, 64-byte lines", unit: "reply", args: "-n 50 -P 1 -s 64"},
	{letter: "b", name: "1,000 clients", unit: "reply", args: "-n 1000 -P 1 -s 64"},
	{letter: "c", name: "32 lines in flight", unit: "reply", args: "-n 50 -P 32 -s 64"},
	{letter: "d", name: "connect, one line, close", unit: "connection", args: "-m churn -n 50"},
	{letter: "f", name: "16 KiB lines", unit: "reply", args: "-n 50 -P 1 -s 16384"},
	{letter: "h", name: "half load, open loop", unit: "reply", args: "-n 50 -s 64 -R RATE"},
	{letter: "i", name: "10 clients beside 10 idle ones", unit: "reply", args: "-n 10 -P 1 -s 64 -I 10"},
	{letter: "j", name: "10 clients beside many idle ones", unit: "reply", args: "-n 10 -P 1 -s 64 -I IDLE"},
	{letter: "e", name: "idle connections, after one line", args: "-m idle -n IDLE", first: true},
	{letter: "k", name: "200 µs of work for every line, all processors", unit: "reply", args: "-n 50 -P 1 -s 64", all: true},
}

// server is one of the compared.
type server struct {
	Name  string `json:"name"`
	What  string `json:"what"`
	build []string
	start string // BIN and PORT are filled in
	needs string // a program, or a command that must succeed
	only  string // letters of scenarios, empty for all but those of others
	slow  bool   // it takes minutes to open 10,000 connections, and gets 1,000
}

// ours and limit are the two sides of the ratios.
const ours, limit, packageNet = "poe", "c-epoll", "go-net"

// oneCore pins a Go server to one kernel thread's worth of Go.
const oneCore = "env GOMAXPROCS=1 "

var servers = []server{
	{Name: limit, What: "C, epoll, one thread: the limit", build: []string{"cc", "-O2", "-o", "BIN", "peers/c/epoll.c"}, start: "BIN PORT", needs: "cc"},
	{Name: ours, What: "servertcp, ClientInput of string, PutText", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: oneCore + "BIN PORT"},
	{Name: "poe-any", What: "servertcp, ClientInput of string, Put", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: oneCore + "BIN PORT any", only: "ac"},
	{Name: "poe-bytes", What: "servertcp, ClientInput of []byte, PutBytes", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: oneCore + "BIN PORT bytes", only: "abcf"},
	{Name: "go-raw", What: "Go, one goroutine, raw epoll", build: []string{"go", "build", "-o", "BIN", "./peers/goraw"}, start: oneCore + "BIN PORT"},
	{Name: "poe-eager", What: "servertcp, string, EagerOutput", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: oneCore + "BIN -eager PORT", only: "abcdf"},
	{Name: "poe-bytes-eager", What: "servertcp, []byte, EagerOutput", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: oneCore + "BIN -eager PORT bytes", only: "abcdf"},
	{Name: "gnet", What: "Go, gnet, one event loop", build: []string{"go", "build", "-C", "peers/gnet", "-o", "BIN", "."}, start: oneCore + "BIN PORT"},
	{Name: packageNet, What: "Go, package net and bufio", build: []string{"go", "build", "-o", "BIN", "./peers/gonet"}, start: oneCore + "BIN PORT"},
	{Name: "node", What: "Node, package net", start: "node peers/echo.js PORT", needs: "node"},
	{Name: "perl-poe", What: "Perl's POE 1.370, select", start: "perl peers/echo.pl PORT", needs: "perl -MPOE -e 1", slow: true},
	{Name: "poe-2-on-1", What: "servertcp, 2 kernels on one processor", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: "env GOMAXPROCS=2 BIN -kernels 2 PORT", only: "ac"},
	{Name: "poe-1-work", What: "servertcp, 1 kernel", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: "env GOMAXPROCS=2 BIN -work 200us PORT", only: "k"},
	{Name: "poe-2-work", What: "servertcp, 2 kernels, one port", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: "env GOMAXPROCS=2 BIN -work 200us -kernels 2 PORT", only: "k"},
	{Name: "poe-2-handed", What: "servertcp, 2 kernels, handed over", build: []string{"go", "build", "-o", "BIN", "./echo"}, start: "env GOMAXPROCS=2 BIN -work 200us -kernels 2 -handoff PORT", only: "k"},
}

// takes reports whether a server takes part in a scenario.
func (s server) takes(sc scenario) bool {
	if s.only == "" {
		return !sc.all
	}
	return strings.Contains(s.only, sc.letter)
}

// load is the generator's arguments for a server.
func (sc scenario) load(s server, idle int, rate float64) []string {
	if s.slow {
		idle = min(idle, 1000)
	}
	args := strings.NewReplacer("IDLE", fmt.Sprint(idle), "RATE", fmt.Sprintf("%.0f", rate)).Replace(sc.args)
	return strings.Fields(args)
}

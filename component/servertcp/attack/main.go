//go:build linux

// Attack runs hostile peers against servers with default limits, on loopback
// and with bounded counts, and prints for each attack the peak of the server's
// memory and how long another client waits for its answers, quiet and under
// attack:
//
//	go run ./component/servertcp/attack            # all
//	go run ./component/servertcp/attack -run lines # those whose name contains it
//
// The server is a process of its own: the echo server of the README, and beside
// it, in the same kernel, a server with the filter that is attacked. So are the
// attackers, which get only what processor time is left over (SCHED_IDLE), since
// on one machine they would otherwise keep the other client waiting themselves. It
// reads the server's memory from /proc, so it is for Linux.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

var (
	serve     = flag.String("serve", "", "be the server, with this filter")
	probe     = flag.String("probe", "", "be another client of the server at this address")
	attacking = flag.String("attacking", "", "be the attackers, of this name, of the server at the address -at")
	at        = flag.String("at", "", "what -attacking attacks")
	run       = flag.String("run", "", "run the attacks whose name contains this")
	attackers = flag.Int("n", 200, "how many connections attack")
	duration  = flag.Duration("t", 3*time.Second, "how long an attack goes on")
)

func main() {
	flag.Parse()
	switch {
	case *serve != "":
		check(serveFilter(*serve))
		return
	case *probe != "":
		check(probeHere(*probe, *duration))
		return
	case *attacking != "":
		check(attackHere(*attacking, *at, *attackers))
		return
	}
	fmt.Println("| attack | connections | sent MB | idle MB | peak MB above | quiet p99 ms | attacked p99 ms | survived |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	failed := false
	for _, a := range attacks() {
		if !strings.Contains(a.name, *run) {
			continue
		}
		r, err := a.run(*attackers, *duration)
		check(err)
		failed = failed || !r.survived
		fmt.Printf("| %s | %d | %.1f | %.1f | %.1f | %.2f | %.2f | %v |\n", a.name, r.conns, mega(r.sent), mega(r.idle), mega(r.peak-r.idle),
			millis(r.quiet), millis(r.attacked), r.survived)
	}
	if failed {
		os.Exit(1)
	}
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

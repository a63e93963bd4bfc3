// Command compare measures the server of package servertcp beside others: a
// line echo in C on epoll, which is the limit, in Go with raw system calls, on
// Go's package net, on Node and on Perl's POE. It builds what can be built
// here, runs all of them interleaved, prints a table, and writes the figures as
// JSON and a plot.
//
//	go run ./compare [-rounds 5] [-d 1s] [-json FILE] [-svg FILE]
//
// It needs Linux, a C compiler, taskset, and two processors: the server has the
// first to itself and the load generator the second.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"time"
)

// settings are what the flags say.
type settings struct {
	Rounds   int           `json:"rounds"`
	Duration time.Duration `json:"point_ns"`
	WarmUp   time.Duration `json:"warm_up_ns"`
	Budget   time.Duration `json:"budget_ns"`
	Idle     int           `json:"idle_connections"`
	json     string
	svg      string
	only     string
	again    string
	page     string
}

func main() {
	var s settings
	flag.IntVar(&s.Rounds, "rounds", 5, "how often every point is measured")
	flag.DurationVar(&s.Duration, "d", time.Second, "how long a point is measured")
	flag.DurationVar(&s.WarmUp, "warm", 300*time.Millisecond, "how long a server is warmed up before each")
	flag.DurationVar(&s.Budget, "budget", 10*time.Minute, "after this no disturbed point is measured again, and no further round begun")
	flag.IntVar(&s.Idle, "idle", 10_000, "how many idle connections")
	flag.StringVar(&s.json, "json", "", "write all figures to this file")
	flag.StringVar(&s.svg, "svg", "", "write the plot to this file")
	flag.StringVar(&s.page, "md", "", "write the tables into this page, between its marks")
	flag.StringVar(&s.only, "only", "", "measure only the scenarios with these letters, see scenarios.go")
	flag.StringVar(&s.again, "from", "", "measure nothing, but print and plot this JSON file")
	flag.Parse()
	if err := run(s); err != nil {
		log.Fatal(err)
	}
}

func run(s settings) error {
	var r *results
	var err error
	if s.again != "" {
		r, err = load(s.again)
	} else {
		r, err = measure(s)
	}
	if err != nil {
		return err
	}
	r.Summary = r.summarize()
	r.print(os.Stdout)
	if s.json != "" {
		if err := r.save(s.json); err != nil {
			return err
		}
	}
	if s.page != "" {
		if err := r.into(s.page); err != nil {
			return err
		}
	}
	if s.svg != "" {
		return r.plot(s.svg)
	}
	return nil
}

// measure builds the servers and measures them all.
func measure(s settings) (*results, error) {
	if runtime.GOOS != "linux" || runtime.NumCPU() < 2 {
		return nil, fmt.Errorf("compare needs Linux and two processors")
	}
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b, err := newBench(s, dir)
	if err != nil {
		return nil, err
	}
	for round := range s.Rounds {
		if time.Since(b.began) > s.Budget {
			fmt.Fprintf(os.Stderr, "%d of %d rounds fit into the time\n", round, s.Rounds)
			break
		}
		if err := b.round(round); err != nil {
			return nil, err
		}
		b.results.Rounds = round + 1
	}
	if err := b.pauses(); err != nil {
		return nil, err
	}
	b.results.Took = time.Since(b.began).Round(time.Second).String()
	return b.results, nil
}

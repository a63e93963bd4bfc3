package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// print writes the table, in Markdown.
func (r *results) print(w io.Writer) {
	fmt.Fprintf(w, "%s. %d rounds of %v, %s. %s\n", r.Machine, r.Rounds, r.Settings.Duration, r.When, r.Took)
	if len(r.Samples) > 0 {
		others := spreadOf(r.Samples, func(p sample) float64 { return p.Other })
		fmt.Fprintf(w, "Meanwhile other programs used %s of a processor (%s..%s).\n", figure(others.Median), figure(others.Min), figure(others.Max))
	}
	for _, sc := range scenarios {
		if _, ok := r.first(sc.letter); !ok {
			continue
		}
		fmt.Fprintf(w, "\n%s: %s\n\n", sc.letter, sc.name)
		switch {
		case sc.letter == "e":
			r.idleTable(w)
		case sc.all:
			r.scalingTable(w)
		default:
			r.table(w, sc)
		}
	}
	r.pauseTable(w)
}

// into writes the tables into a page, between its two marks.
func (r *results) into(file string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, end := []byte("<!-- figures: written by make bench-peers -->\n"), []byte("<!-- end of figures -->")
	before, rest, ok := bytes.Cut(page, begin)
	_, after, ok2 := bytes.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s: has no marks for the figures", file)
	}
	var tables bytes.Buffer
	fmt.Fprintln(&tables)
	r.print(&tables)
	fmt.Fprintln(&tables)
	return os.WriteFile(file, bytes.Join([][]byte{before, begin, tables.Bytes(), end, after}, nil), 0o644)
}

func (r *results) first(scenario string) (line, bool) {
	for _, l := range r.Summary {
		if l.Scenario == scenario {
			return l, true
		}
	}
	return line{}, false
}

func (r *results) table(w io.Writer, sc scenario) {
	fmt.Fprintf(w, "| server | CPU µs per %s | min..max | share of C | min..max | × Perl | per second | p50 µs | p99.9 µs |\n|---|---|---|---|---|---|---|---|---|\n", sc.unit)
	perl, _ := r.of(sc.letter, "perl-poe")
	for _, l := range r.Summary {
		if l.Scenario != sc.letter {
			continue
		}
		times := "–"
		if perl.CPU.Median > 0 && l.CPU.Median > 0 {
			times = figure(perl.CPU.Median / l.CPU.Median)
		}
		fmt.Fprintf(w, "| %s | %s | %s..%s | %s | %s..%s | %s | %s | %s | %s |\n", l.Server,
			figure(l.CPU.Median), figure(l.CPU.Min), figure(l.CPU.Max),
			figure(l.Share.Median), figure(l.Share.Min), figure(l.Share.Max), times,
			figure(l.Rate.Median), figure(l.P50.Median), figure(l.P999.Median))
	}
}

func (r *results) idleTable(w io.Writer) {
	fmt.Fprint(w, "| server | connections | KiB for each | opened in s |\n|---|---|---|---|\n")
	for _, l := range r.Summary {
		if l.Scenario == "e" {
			fmt.Fprintf(w, "| %s | %d | %s | %s |\n", l.Server, l.N, figure(l.KB.Median), figure(l.Opening.Median))
		}
	}
}

func (r *results) scalingTable(w io.Writer) {
	fmt.Fprint(w, "| server | lines per second | min..max | × one kernel |\n|---|---|---|---|\n")
	one, _ := r.of("k", "poe-1-work")
	for _, l := range r.Summary {
		if l.Scenario == "k" {
			fmt.Fprintf(w, "| %s | %s | %s..%s | %s |\n", l.Server, figure(l.Rate.Median), figure(l.Rate.Min), figure(l.Rate.Max), figure(l.Rate.Median/one.Rate.Median))
		}
	}
}

// figure writes three significant digits.
func figure(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// gaps is how long turns took, as the program pauses prints it.
type gaps struct {
	Turns   int     `json:"turns"`
	Over1ms int     `json:"over_1ms"`
	Longest float64 `json:"longest_us"`
	P9999   float64 `json:"p9999_us"`
}

func (r *results) pauseTable(w io.Writer) {
	var p struct {
		Sessions  int     `json:"sessions"`
		Seconds   float64 `json:"seconds"`
		Kernel    gaps    `json:"kernel"`
		Machine   gaps    `json:"machine"`
		Collected int     `json:"collections"`
		GCPause   float64 `json:"longest_gc_pause_us"`
	}
	if len(r.Pauses) == 0 || json.Unmarshal(r.Pauses, &p) != nil {
		return
	}
	fmt.Fprintf(w, "\np: turns of a kernel with %d sessions alive, %.0f s; %d garbage collections, the longest stop below %s µs\n\n", p.Sessions, p.Seconds, p.Collected, figure(p.GCPause))
	fmt.Fprint(w, "| | turns | longer than 1 ms | the longest, µs | 99.99 % below, µs |\n|---|---|---|---|---|\n")
	for i, g := range []gaps{p.Kernel, p.Machine} {
		name := []string{"kernel", "bare loop"}[i]
		fmt.Fprintf(w, "| %s | %d | %d | %s | %s |\n", name, g.Turns, g.Over1ms, figure(g.Longest), figure(g.P9999))
	}
}

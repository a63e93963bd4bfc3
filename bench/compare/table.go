package main

import (
	"fmt"
	"io"
)

// print writes the table, in Markdown.
func (r *results) print(w io.Writer) {
	fmt.Fprintf(w, "%s. %d rounds of %v, %s. %s\n", r.Machine, r.Rounds, r.Settings.Duration, r.When, r.Took)
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
	if len(r.Pauses) > 0 {
		fmt.Fprintf(w, "\np: pauses\n\n%s\n", r.Pauses)
	}
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

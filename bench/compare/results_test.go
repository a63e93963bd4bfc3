package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func example() *results {
	r := &results{Format: format, Rounds: 3, Servers: []server{{Name: limit}, {Name: ours}}}
	for round, cpu := range []float64{4, 8, 5} {
		r.Samples = append(r.Samples,
			sample{Scenario: "a", Server: limit, Round: round + 1, CPU: 4, Rate: 100, N: 50},
			sample{Scenario: "a", Server: ours, Round: round + 1, CPU: cpu, Rate: 90, N: 50})
	}
	r.Summary = r.summarize()
	return r
}

func TestRatiosAreOfTheSameRound(t *testing.T) {
	r := example()
	r.Samples[0].CPU, r.Samples[1].CPU = 40, 40 // a bad moment for both
	r.Summary = r.summarize()
	l, ok := r.of("a", ours)
	if want := (spread{Median: 0.8, Min: 0.5, Max: 1}); !ok || l.Share != want {
		t.Errorf("share %v, want %v", l.Share, want)
	}
	if l.Rounds != 3 || l.CPU.Max != 40 {
		t.Errorf("%+v", l)
	}
}

func TestSpreadOfAnEvenNumber(t *testing.T) {
	of := []sample{{CPU: 4}, {CPU: 1}, {CPU: 3}, {CPU: 2}}
	if got, want := spreadOf(of, func(p sample) float64 { return p.CPU }), (spread{2.5, 1, 4}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestResultsAreReadBack(t *testing.T) {
	dir := t.TempDir()
	file, plot, page := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.svg"), filepath.Join(dir, "page.md")
	if err := example().save(file); err != nil {
		t.Fatal(err)
	}
	r, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Samples) != 6 || len(r.Summary) != 2 {
		t.Errorf("%d samples, %d lines", len(r.Samples), len(r.Summary))
	}
	if err := r.plot(plot); err != nil {
		t.Error(err)
	}
	if svg, err := os.ReadFile(plot); err != nil || !strings.Contains(string(svg), "<svg") {
		t.Errorf("the plot is none: %v", err)
	}
	if err := r.into(page); err == nil {
		t.Error("there is no page")
	}
	before := "before\n<!-- figures: written by make bench-peers -->\nold\n<!-- end of figures -->\nafter\n"
	if err := os.WriteFile(page, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again, it is the same
		if err := r.into(page); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(page)
		if s := string(text); err != nil || strings.Count(s, "| poe | 5 |") != 1 || strings.Contains(s, "old") || !strings.HasSuffix(s, "after\n") {
			t.Errorf("%v\n%s", err, s)
		}
	}
	if err := os.WriteFile(file, []byte(`{"format": 2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(file); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("a file of another format is read: %v", err)
	}
}

func TestLoads(t *testing.T) {
	for _, sc := range scenarios {
		for _, s := range servers {
			args := strings.Join(sc.load(s, 10_000, 1234.5), " ")
			if strings.Contains(args, "IDLE") || strings.Contains(args, "RATE") {
				t.Errorf("%s: %s", sc.letter, args)
			}
			if s.slow && strings.Contains(args, "10000") {
				t.Errorf("%s opens too many connections to %s", sc.letter, s.Name)
			}
		}
	}
}

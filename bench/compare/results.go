package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// format is the version of the JSON file. Fields may be added to it, not
// changed.
const format = 1

// sample is one point, as the generator reports it; not every mode has all.
type sample struct {
	Scenario string  `json:"scenario"`
	Server   string  `json:"server"`
	Round    int     `json:"round"`
	Rate     float64 `json:"replies_per_s"`
	Conns    float64 `json:"conns_per_s,omitempty"`
	P50      float64 `json:"p50_us"`
	P99      float64 `json:"p99_us"`
	P999     float64 `json:"p999_us"`
	CPU      float64 `json:"srv_us"`      // the server's processor time for each reply
	Busy     float64 `json:"srv_util"`    // processors that the server used
	Other    float64 `json:"other_util"`  // processors that neither side used
	KB       float64 `json:"kb_per_conn"` // of resident memory
	Opening  float64 `json:"open_s"`      // for all connections
	N        int     `json:"n"`
	Skipped  uint64  `json:"skipped,omitempty"` // lines that a server far behind was not sent
}

// nothing tells that the server has not come to answer at all, which happens on
// a machine that is busy with others.
func (p sample) nothing() bool { return p.Rate == 0 && p.KB == 0 }

// spread is the median and the range of some figures.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// line is a server in a scenario over all rounds. The ratios are of neighbours:
// to the limit in the same round.
type line struct {
	Scenario string `json:"scenario"`
	Server   string `json:"server"`
	Rounds   int    `json:"rounds"`
	CPU      spread `json:"srv_us"`
	Rate     spread `json:"per_s"`
	P50      spread `json:"p50_us"`
	P999     spread `json:"p999_us"`
	Share    spread `json:"capacity_share_of_limit"`
	KB       spread `json:"kb_per_conn"`
	Opening  spread `json:"open_s"`
	N        int    `json:"n"`
}

type results struct {
	Format   int             `json:"format"`
	When     string          `json:"when"`
	Took     string          `json:"took"`
	Machine  string          `json:"machine"`
	Versions []string        `json:"versions"`
	Settings settings        `json:"settings"`
	Rounds   int             `json:"rounds"`
	HalfLoad float64         `json:"half_load_per_s"`
	Servers  []server        `json:"servers"`
	Summary  []line          `json:"summary"`
	Pauses   json.RawMessage `json:"pauses,omitempty"`
	Samples  []sample        `json:"samples"`
}

func newResults(s settings) *results {
	r := &results{Format: format, When: time.Now().UTC().Format(time.DateOnly), Settings: s}
	r.Machine = fmt.Sprintf("%d × %s, Linux %s", runtime.NumCPU(), processor(), firstLine("uname", "-r"))
	r.Versions = append(r.Versions, runtime.Version())
	for _, c := range [][]string{{"cc", "--version"}, {"node", "--version"}, {"perl", "-MPOE", "-e", `print "Perl $^V, POE $POE::VERSION"`}} {
		if v := firstLine(c[0], c[1:]...); v != "" {
			r.Versions = append(r.Versions, v)
		}
	}
	return r
}

func firstLine(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return first
}

func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "processor"
	}
	_, rest, _ := strings.Cut(string(data), "model name")
	name, _, _ := strings.Cut(strings.TrimLeft(rest, "\t :"), "\n")
	return name
}

func load(file string) (*results, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &results{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if r.Format != format {
		return nil, fmt.Errorf("%s: is of format %d, not %d", file, r.Format, format)
	}
	return r, nil
}

func (r *results) save(file string) error {
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}

// summarize makes a line for every server in every scenario.
func (r *results) summarize() (all []line) {
	for _, sc := range scenarios {
		for _, s := range r.Servers {
			of := slices.DeleteFunc(slices.Clone(r.Samples), func(p sample) bool { return p.Scenario != sc.letter || p.Server != s.Name })
			if len(of) == 0 {
				continue
			}
			l := line{Scenario: sc.letter, Server: s.Name, Rounds: len(of), N: of[0].N}
			l.CPU = spreadOf(of, func(p sample) float64 { return p.CPU })
			l.Rate = spreadOf(of, func(p sample) float64 { return p.Rate })
			l.P50 = spreadOf(of, func(p sample) float64 { return p.P50 })
			l.P999 = spreadOf(of, func(p sample) float64 { return p.P999 })
			l.KB = spreadOf(of, func(p sample) float64 { return p.KB })
			l.Opening = spreadOf(of, func(p sample) float64 { return p.Opening })
			l.Share = spreadOf(of, r.share)
			all = append(all, l)
		}
	}
	return all
}

// share is a point's capacity as a share of the limit's in the same round:
// capacity is one over the processor time of a reply.
func (r *results) share(p sample) float64 {
	i := slices.IndexFunc(r.Samples, func(q sample) bool {
		return q.Server == limit && q.Scenario == p.Scenario && q.Round == p.Round
	})
	if i < 0 || p.CPU == 0 {
		return 0
	}
	return r.Samples[i].CPU / p.CPU
}

func spreadOf(of []sample, value func(sample) float64) spread {
	var v []float64
	for _, p := range of {
		v = append(v, value(p))
	}
	slices.SortFunc(v, cmp.Compare[float64])
	return spread{(v[(len(v)-1)/2] + v[len(v)/2]) / 2, v[0], v[len(v)-1]}
}

// of finds a line.
func (r *results) of(scenario, server string) (line, bool) {
	i := slices.IndexFunc(r.Summary, func(l line) bool { return l.Scenario == scenario && l.Server == server })
	if i < 0 {
		return line{}, false
	}
	return r.Summary[i], true
}

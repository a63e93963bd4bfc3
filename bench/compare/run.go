package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// disturbed is how much of a processor others may use before a point is
// measured again, once.
const disturbed = 0.15

// bench is a measurement under way.
type bench struct {
	settings
	dir     string // of what was built
	began   time.Time
	port    int
	rate    float64 // of the half load: lines per second
	servers []server
	results *results
}

// newBench builds the generator and those servers that can be built.
func newBench(s settings, dir string) (*bench, error) {
	b := &bench{settings: s, dir: dir, began: time.Now(), port: 21000, results: newResults(s)}
	if err := b.build("loadgen", []string{"cc", "-O2", "-o", "BIN", "peers/c/loadgen.c", "-lm"}); err != nil {
		return nil, err
	}
	for _, of := range servers {
		if err := b.prepare(of); err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", of.Name, err)
			continue
		}
		b.servers = append(b.servers, of)
		b.results.Servers = append(b.results.Servers, of)
	}
	return b, nil
}

func (b *bench) prepare(s server) error {
	if s.needs != "" {
		words := strings.Fields(s.needs)
		if _, err := exec.LookPath(words[0]); err != nil {
			return err
		}
		if len(words) > 1 {
			if err := exec.Command(words[0], words[1:]...).Run(); err != nil {
				return fmt.Errorf("%s: %w", s.needs, err)
			}
		}
	}
	return b.build(s.Name, s.build)
}

func (b *bench) bin(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) build(name string, command []string) error {
	if len(command) == 0 {
		return nil
	}
	words := slices.Clone(command)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "BIN", b.bin(name))
	}
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(words, " "), err, out)
	}
	return nil
}

// round measures every server once, in an order that every second round
// reverses.
func (b *bench) round(n int) error {
	order := slices.Clone(b.servers)
	if n%2 == 1 {
		slices.Reverse(order)
	}
	if b.rate == 0 {
		if err := b.findRate(); err != nil {
			return err
		}
	}
	for _, sc := range scenarios {
		if sc.first && n > 0 || b.only != "" && !strings.Contains(b.only, sc.letter) {
			continue
		}
		for _, s := range order {
			if s.takes(sc) {
				if err := b.point(s, sc, n); err != nil {
					return err
				}
			}
		}
		fmt.Fprintf(os.Stderr, "round %d: %s done after %s\n", n+1, sc.letter, time.Since(b.began).Round(time.Second))
	}
	return nil
}

// findRate takes half of what package net's server answers as the half load of
// all.
func (b *bench) findRate() error {
	b.rate = 20_000
	for _, s := range b.servers {
		if s.Name != packageNet {
			continue
		}
		p, err := b.once(s, scenarios[0])
		if err != nil {
			return err
		}
		b.rate = p.Rate / 2
	}
	b.results.HalfLoad = b.rate
	return nil
}

// point measures a server under a load, again if others have disturbed it, and
// keeps the quieter of the two.
func (b *bench) point(s server, sc scenario, round int) error {
	p, err := b.once(s, sc)
	again := !sc.first && !sc.all && p.Other > disturbed || p.nothing()
	if err == nil && again && time.Since(b.began) < b.Budget {
		var second sample
		if second, err = b.once(s, sc); err == nil && (second.Other < p.Other || p.nothing()) {
			p = second
		}
	}
	if err != nil {
		return fmt.Errorf("%s, %s: %w", s.Name, sc.name, err)
	}
	p.Scenario, p.Server, p.Round = sc.letter, s.Name, round+1
	b.results.Samples = append(b.results.Samples, p)
	return nil
}

// once starts a server, loads it, and ends it.
func (b *bench) once(s server, sc scenario) (p sample, err error) {
	b.port++
	port := fmt.Sprint(b.port)
	words := strings.Fields(strings.NewReplacer("BIN", b.bin(s.Name), "PORT", port).Replace(s.start))
	generator := []string{b.bin("loadgen"), "-p", port, "-d", seconds(b.Duration), "-w", seconds(b.WarmUp)}
	if !sc.all {
		words = append([]string{"taskset", "-c", "0"}, words...)
		generator = append([]string{"taskset", "-c", "1"}, generator...)
	}
	command := exec.Command(words[0], words[1:]...)
	if err := command.Start(); err != nil {
		return p, err
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	}()
	if err := awaitPort(port); err != nil {
		return p, err
	}
	generator = append(generator, "-i", fmt.Sprint(command.Process.Pid))
	generator = append(generator, sc.load(s, b.Idle, b.rate)...)
	load := exec.Command(generator[0], generator[1:]...)
	var out, failed bytes.Buffer
	load.Stdout, load.Stderr = &out, &failed
	if err := load.Run(); err != nil {
		return p, fmt.Errorf("%s: %w\n%s%s", strings.Join(generator, " "), err, &out, &failed)
	}
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		return p, fmt.Errorf("the generator says %q: %w", out.String(), err)
	}
	p.Rate = max(p.Rate, p.Conns)
	return p, nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// awaitPort waits until something listens, and has had the time to settle.
func awaitPort(port string) error {
	for range 200 {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			return c.Close()
		}
		time.Sleep(25 * time.Millisecond)
	}
	return errors.New("nothing listens")
}

// pauses measures how long a kernel with many sessions keeps events waiting.
func (b *bench) pauses() error {
	if b.only != "" && !strings.Contains(b.only, "p") {
		return nil
	}
	if err := b.build("pauses", []string{"go", "build", "-o", "BIN", "./pauses"}); err != nil {
		return err
	}
	out, err := exec.Command("taskset", "-c", "0,1", b.bin("pauses")).Output()
	if err != nil {
		return fmt.Errorf("pauses: %w", err)
	}
	return json.Unmarshal(out, &b.results.Pauses)
}

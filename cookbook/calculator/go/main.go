// A calculator in reverse Polish notation. Each connection has a stack, in the
// heap of its session; all connections share the registers. A line that fails
// changes no stack.
//
//	go run . PORT
package main

import (
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

// operation takes so many values and gives others.
type operation struct {
	count int
	do    func(v []float64) ([]float64, error)
}

var operations = map[string]operation{
	"+":    {2, func(v []float64) ([]float64, error) { return []float64{v[0] + v[1]}, nil }},
	"-":    {2, func(v []float64) ([]float64, error) { return []float64{v[0] - v[1]}, nil }},
	"*":    {2, func(v []float64) ([]float64, error) { return []float64{v[0] * v[1]}, nil }},
	"/":    {2, divide},
	"sqrt": {1, root},
	"neg":  {1, func(v []float64) ([]float64, error) { return []float64{-v[0]}, nil }},
	"dup":  {1, func(v []float64) ([]float64, error) { return []float64{v[0], v[0]}, nil }},
	"swap": {2, func(v []float64) ([]float64, error) { return []float64{v[1], v[0]}, nil }},
	"drop": {1, func([]float64) ([]float64, error) { return nil, nil }},
}

func divide(v []float64) ([]float64, error) {
	if v[1] == 0 {
		return nil, errors.New("division by zero")
	}
	return []float64{v[0] / v[1]}, nil
}

func root(v []float64) ([]float64, error) {
	if v[0] < 0 {
		return nil, errors.New("root of less than nothing")
	}
	return []float64{math.Sqrt(v[0])}, nil
}

func main() {
	port := 4010
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:         "127.0.0.1",
		Port:            port,
		ClientConnected: func(c *servertcp.Client) { c.Heap = stack{} },
		ClientInput:     servertcp.Input(registers{}.input),
		ClientError:     func(*servertcp.Client, *poe.OpError) {},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// registers is what the connections share, and stack is the heap of one.
type (
	registers map[string]float64
	stack     []float64
)

func (r registers) input(c *servertcp.Client, line string) {
	if line == "quit" {
		c.Shutdown()
		return
	}
	s := slices.Clone(c.Heap.(stack))
	for _, word := range strings.Fields(line) {
		if err := r.evaluate(&s, word); err != nil {
			c.Put(err.Error())
			return
		}
	}
	c.Heap = s
	c.Put(s.String())
}

func (s stack) String() string {
	if len(s) == 0 {
		return "Empty."
	}
	var words []string
	for _, value := range s {
		words = append(words, fmt.Sprintf("%.12g", value))
	}
	return strings.Join(words, " ")
}

var (
	number = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	put    = regexp.MustCompile(`^>([a-z]+)$`)
	get    = regexp.MustCompile(`^<([a-z]+)$`)
)

// evaluate does what one word says.
func (r registers) evaluate(s *stack, word string) error {
	if number.MatchString(word) {
		value, err := strconv.ParseFloat(word, 64)
		*s = append(*s, value)
		return err
	}
	if m := put.FindStringSubmatch(word); m != nil {
		values, err := s.take(1, word)
		if err == nil {
			r[m[1]] = values[0]
		}
		return err
	}
	if m := get.FindStringSubmatch(word); m != nil {
		value, there := r[m[1]]
		if !there {
			return fmt.Errorf("nothing is in %s", m[1])
		}
		*s = append(*s, value)
		return nil
	}
	op, there := operations[word]
	if !there {
		return fmt.Errorf("no such word: %s", word)
	}
	return s.operate(op, word)
}

func (s *stack) operate(op operation, word string) error {
	values, err := s.take(op.count, word)
	if err == nil {
		values, err = op.do(values)
	}
	if err != nil {
		return err
	}
	*s = append(*s, values...)
	if n := len(*s); n > 0 && math.Abs((*s)[n-1]) > 1e300 {
		return errors.New("too much")
	}
	return nil
}

func (s *stack) take(count int, word string) ([]float64, error) {
	rest := len(*s) - count
	if rest < 0 {
		return nil, fmt.Errorf("too little for %s", word)
	}
	values := slices.Clone((*s)[rest:])
	*s = (*s)[:rest]
	return values, nil
}

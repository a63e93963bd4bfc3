//go:build unix

package poetests_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// POE::Test::Loops::k_alarms: alarms and delays set, replaced, added, taken
// back and adjusted, by name and by ID, and their order.
func TestLoopsKAlarms(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.alarmPaths()
		p.alarmsByID()
		p.alarmsAmongMany()
	})
}

// alarmPaths sets timers with each of the methods that go by name.
func (p *proof) alarmPaths() {
	k := p.virtual()
	var rang []string
	ring := func(e kernel.Event) { rang = append(rang, fmt.Sprint(e.Name, " ", e.Arg(0))) }
	handlers := states{}
	for _, name := range strings.Fields("one two three four five six seven eight nine ten") {
		handlers[name] = ring
	}
	const wait = time.Second
	handlers["_start"] = func(e kernel.Event) {
		set := func(f func(string, time.Time, ...any) error, name string, id string) {
			p.is().NoError(f(name, e.Kernel.Now().Add(wait), id))
		}
		in := func(f func(string, time.Duration, ...any) error, name string, id string) {
			p.is().NoError(f(name, wait, id))
		}
		alarm, add, delay, delayAdd := e.Kernel.Alarm, e.Kernel.AlarmAdd, e.Kernel.Delay, e.Kernel.DelayAdd
		set(alarm, "one", "1.1")
		set(alarm, "two", "2.1")
		set(alarm, "two", "2.2")
		set(add, "three", "3.1")
		set(add, "three", "3.2")
		set(alarm, "four", "4.1")
		set(add, "four", "4.2")
		set(alarm, "four", "4.3")
		set(add, "four", "4.4")
		set(alarm, "five", "5.1")
		p.is().NoError(e.Kernel.AlarmClear("five"))
		in(delay, "six", "6.1")
		in(delay, "seven", "7.1")
		in(delay, "seven", "7.2")
		in(delayAdd, "eight", "8.1")
		in(delayAdd, "eight", "8.2")
		in(delay, "nine", "9.1")
		set(add, "nine", "9.2")
		set(alarm, "nine", "9.3")
		in(delayAdd, "nine", "9.4")
		in(delay, "ten", "10.1")
		p.is().NoError(e.Kernel.AlarmClear("ten"), "an alarm's method clears delays")
	}
	p.start(k, handlers)
	p.run(k)
	p.is().Equal([]string{
		"one 1.1", "two 2.2", "three 3.1", "three 3.2", "four 4.3", "four 4.4", "six 6.1", "seven 7.2", "eight 8.1", "eight 8.2",
		"nine 9.3", "nine 9.4",
	}, rang)
}

// alarmsByID sets, removes and adjusts timers by their IDs.
func (p *proof) alarmsByID() {
	k := p.virtual()
	var rang []string
	p.start(k, states{
		"_start": func(e kernel.Event) {
			_, err := e.Kernel.AlarmSet("13", e.Kernel.Now().Add(time.Second), 13)
			p.is().NoError(err)
			at := e.Kernel.Now().Add(time.Minute)
			id, err := e.Kernel.AlarmSet("14", at, 14)
			p.is().NoError(err)
			removed, err := e.Kernel.AlarmRemove(id)
			p.is().NoError(err)
			p.is().Equal(kernel.Timer{Name: "14", Time: at, Args: []any{14}}, removed)
			id, err = e.Kernel.DelaySet("15", time.Minute, 15)
			p.is().NoError(err)
			removed, err = e.Kernel.AlarmRemove(id)
			p.is().NoError(err)
			p.is().Equal(kernel.Timer{Name: "15", Time: at, Args: []any{15}}, removed)
		},
		"13": func(e kernel.Event) {
			p.is().Equal(13, e.Arg(0))
			p.is().NoError(e.Kernel.Delay("16", time.Second))
			p.is().NoError(e.Kernel.Delay("17", time.Second))
			p.is().Len(e.Kernel.AlarmRemoveAll(), 2)
			p.alarmsAdjusted(e.Kernel)
		},
		"_default": func(e kernel.Event) { rang = append(rang, kernel.Arg[string](e, 0)) },
		"_stop":    nothing,
	})
	p.run(k)
	p.is().Equal([]string{"21", "18", "20", "19", "22"}, rang)
}

// alarmsAdjusted moves timers about among a hundred others, which are removed.
func (p *proof) alarmsAdjusted(k *kernel.Kernel) {
	begin := k.Now()
	second := func(n int) time.Duration { return time.Duration(n) * time.Second }
	set := func(name string, at int) kernel.AlarmID {
		id, err := k.AlarmSet(name, begin.Add(second(at)))
		p.is().NoError(err)
		return id
	}
	move := func(id kernel.AlarmID, by, want int) {
		at, err := k.AlarmAdjust(id, second(by))
		p.is().NoError(err)
		p.is().Equal(begin.Add(second(want)), at)
	}
	id := set("18", 50)
	move(id, -1, 49)
	move(id, 1, 50)
	id = set("19", 52)
	move(id, -4, 48)
	move(id, 4, 52)
	id = set("20", 49)
	move(id, 2, 51)
	move(id, 2, 53)
	move(id, -2, 51)
	var filler []kernel.AlarmID
	for i := range 100 {
		filler = append(filler, set("filler", i+1))
	}
	id = set("21", 50)
	move(id, -10, 40)
	move(id, 20, 60)
	move(id, -100, -40)
	id = set("22", 50)
	move(id, 100, 150)
	for _, id := range filler {
		_, err := k.AlarmRemove(id)
		p.is().NoError(err)
	}
}

// alarmsAmongMany sets alarms before and after six hundred others, takes those
// back, and looks at the order of what is left.
func (p *proof) alarmsAmongMany() {
	clock := &poetest.Clock{}
	k := p.kernel(kernel.Options{Clock: clock})
	var rang []string
	p.start(k, states{
		"_start": func(e kernel.Event) {
			at := func(n int) time.Time { return e.Kernel.Now().Add(time.Duration(n) * time.Second) }
			three := func(n int) {
				ids := map[int]kernel.AlarmID{}
				for i := 2; i >= 0; i-- {
					id, err := e.Kernel.AlarmSet(fmt.Sprintf("%03d-%d", n, i), at(n))
					p.is().NoError(err)
					ids[i] = id
				}
				_, err := e.Kernel.AlarmAdjust(ids[0], -10*time.Millisecond)
				p.is().NoError(err)
				_, err = e.Kernel.AlarmAdjust(ids[2], 10*time.Millisecond)
				p.is().NoError(err)
			}
			three(25)
			random := rand.New(rand.NewPCG(1, 2))
			for i := range 600 {
				p.ok(e.Kernel.Alarm(fmt.Sprint("fill", i), at(1+random.IntN(300))))
			}
			for _, n := range []int{100, 200, 300, 50, 150, 250, 350, 75, 175, 275, 325, 225, 125} {
				p.is().NoError(e.Kernel.Alarm(fmt.Sprintf("%03d", n), at(n)))
			}
			three(205)
			for i := range 600 {
				p.ok(e.Kernel.AlarmClear(fmt.Sprint("fill", i)))
			}
			p.is().Equal(19, reasons(e)["timer"])
		},
		"_default": func(e kernel.Event) { rang = append(rang, kernel.Arg[string](e, 0)) },
		"_stop":    nothing,
	})
	p.run(k)
	p.is().Len(rang, 19)
	p.is().True(slices.IsSorted(rang), "%v", rang)
}

package sim

import "fmt"

// property is something that must hold.
type property struct {
	name  string
	check func() error
}

// Always requires that check returns nil whenever the kernels have nothing to do,
// before time passes.
func (w *World) Always(name string, check func() error) {
	w.always = append(w.always, property{name, check})
}

// Eventually requires that check returns nil at the end of Config.Settle, after
// faults were repaired.
func (w *World) Eventually(name string, check func() error) {
	w.eventually = append(w.eventually, property{name, check})
}

// Sometimes notes that something has happened if it is true, and requires that it
// happens with one of the seeds at least: it shows that the worlds come to what
// they are meant to test. It may be called anywhere, as often as you like; call it
// once with false when the world is built, so that its name is known. It is not
// required of fewer than 20 seeds.
func (w *World) Sometimes(name string, happened bool) {
	if _, known := w.happened[name]; !known {
		w.hoped = append(w.hoped, name)
		w.happened[name] = false
	}
	if happened {
		w.happened[name] = true
	}
}

// Failure is why a world has failed.
type Failure struct {
	Property string // the name, empty if it is not one that was asked for
	Err      error
}

// Error describes the failure.
func (f *Failure) Error() string {
	if f.Property == "" {
		return f.Err.Error()
	}
	return fmt.Sprintf("%s: %v", f.Property, f.Err)
}

// Unwrap returns the error of the property.
func (f *Failure) Unwrap() error { return f.Err }

// Fail breaks the run: the program has done what it must not. It does not return.
// In a handler of a kernel use [World.Always] instead, since a kernel catches what
// its handlers throw.
func (w *World) Fail(err error) { panic(&Failure{Err: err}) }

func (w *World) checkAlways() {
	for _, p := range w.always {
		if err := p.check(); err != nil {
			panic(&Failure{Property: p.name, Err: err})
		}
	}
}

func (w *World) checkEventually() {
	for _, p := range w.eventually {
		if err := p.check(); err != nil {
			panic(&Failure{Property: p.name, Err: err})
		}
	}
}

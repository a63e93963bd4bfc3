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

// Eventually requires that check returns nil at the end of Config.Settle, in
// which there are no faults.
func (w *World) Eventually(name string, check func() error) {
	w.eventually = append(w.eventually, property{name, check})
}

// Sometimes records whether something has happened, and requires that it
// happens with at least one of the seeds: this shows that the worlds reach the
// situations that they are meant to test. It may be called anywhere and any
// number of times; call it once with false when the world is built, so that its
// name is known. With fewer than 20 seeds nothing is required.
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
	Property string // the property's name, empty if the failure is not that of a property
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

// Fail fails the run with err. It does not return. In a handler of a kernel use
// [World.Always] instead, since a kernel recovers panics of its handlers.
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

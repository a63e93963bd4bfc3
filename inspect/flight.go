package inspect

import (
	"bytes"
	"errors"
	"net/http"
	"runtime/trace"
	"time"
)

// maxFlight bounds the memory of the flight recorder, in bytes.
const maxFlight = 64 << 20

// startFlight starts the flight recorder of Config.Flight, of which a process has one.
func (i *Inspector) startFlight() {
	if i.config.Flight <= 0 {
		return
	}
	f := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: max(i.config.Flight, time.Second), MaxBytes: maxFlight})
	if err := f.Start(); err != nil {
		i.config.Logger.Error("inspect: the flight recorder was not started", "error", err)
		return
	}
	i.flight = f
}

var errNoFlight = errors.New("the flight recorder does not run: Config.Flight is not set, or the process has another one")

// lastFlight answers with the last of the runtime's execution trace, for go tool trace.
func (i *Inspector) lastFlight(w http.ResponseWriter, _ *http.Request) {
	if i.flight == nil {
		answer(w, nil, errNoFlight)
		return
	}
	var b bytes.Buffer
	if _, err := i.flight.WriteTo(&b); err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="poe.trace"`)
	_, _ = w.Write(b.Bytes()) // the peer may have gone
}

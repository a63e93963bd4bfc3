package kernel

import (
	"encoding/json"
	"os"
)

// resultJSON is a ReplayResult as the file that ReplayResultVariable names has it.
type resultJSON struct {
	Equal  bool   `json:"equal"`
	Whole  bool   `json:"whole"`
	Events uint64 `json:"events"`
	Error  string `json:"error,omitempty"`
	// Divergence says that the error is one, and no fault of the recording.
	Divergence bool `json:"divergence,omitempty"`
}

// resultWriter returns a function that writes results to a file, nil if there is
// no name.
func resultWriter(name string) func(ReplayResult) {
	if name == "" {
		return nil
	}
	return func(r ReplayResult) {
		j := resultJSON{Equal: r.Equal, Whole: r.Whole, Events: r.Events}
		if r.Err != nil {
			j.Error = r.Err.Error()
			_, j.Divergence = r.Err.(*Divergence)
		}
		data, err := json.Marshal(j)
		if err == nil {
			err = os.WriteFile(name, data, 0o600)
		}
		if err != nil {
			stderrLogger(0).Warn("the result of the replay was not written", "file", name, "error", err)
		}
	}
}

// replayInspector stops a replay at an event.
type replayInspector struct{}

func inspectorOf() *replayInspector { return nil }

func (i *replayInspector) event(t *tape, mark eventMark) {}

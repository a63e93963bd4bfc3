package sim

import (
	"os"
	"path/filepath"

	"github.com/gopoe/poe/kernel"
)

// recordings writes the recordings of the hosts of one run, if they are asked for.
type recordings struct {
	dir   string
	files []*os.File
}

func newRecordings() *recordings { return &recordings{dir: os.Getenv("SIM_RECORDING")} }

// recordingFor returns where a host is recorded; nil if it is not. Of a host that
// starts again the first life is recorded.
func (w *World) recordingFor(h *Host) *kernel.Recording {
	if w.record == nil || w.record.dir == "" || h.life > 1 {
		return nil
	}
	f, err := os.Create(filepath.Join(w.record.dir, h.name+".rec"))
	if err != nil {
		panic(err)
	}
	w.record.files = append(w.record.files, f)
	return &kernel.Recording{Writer: f}
}

func (r *recordings) close() {
	for _, f := range r.files {
		f.Close()
	}
}

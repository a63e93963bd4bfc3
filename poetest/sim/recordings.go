package sim

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gopoe/poe/kernel"
)

// recordings are those of the hosts of one run, if they are asked for: one of each
// life.
type recordings struct {
	dir   string
	names []string
	rings []*kernel.Recording
}

func newRecordings(dir string) *recordings { return &recordings{dir: dir} }

// ringSize is the size of the recording of one life of a host.
const ringSize = 256 << 20

// recordingFor returns where a host is recorded; nil if it is not.
func (w *World) recordingFor(h *Host) *kernel.Recording {
	if w.record == nil || w.record.dir == "" {
		return nil
	}
	name := h.name + ".rec"
	if h.life > 1 {
		name = fmt.Sprintf("%s.%d.rec", h.name, h.life)
	}
	r := &kernel.Recording{Ring: ringSize}
	w.record.names, w.record.rings = append(w.record.names, name), append(w.record.rings, r)
	return r
}

// save writes the recordings as far as the hosts have come.
func (r *recordings) save() (err error) {
	for i, ring := range r.rings {
		f, failed := os.OpenFile(filepath.Join(r.dir, r.names[i]), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if failed == nil {
			failed = errors.Join(ring.Dump(f), f.Close())
		}
		err = errors.Join(err, failed)
	}
	return err
}

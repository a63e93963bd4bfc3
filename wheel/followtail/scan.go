package followtail

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scanner learns what has happened in a directory by searching it for the names
// of rotated files.
type scanner struct {
	files     files
	dir, base string
	known     map[identity]bool // the files that were returned, or there at first
	wanted    map[identity]bool // those that were put back, to be returned whatever their age
	all       []*candidate      // what was found last, in the order in which it was created
	begun     bool
	agreed    bool // two searches of the last refresh have
	byName    bool // the time of day was set back: names tell the order better than times
	absent    bool // the directory was not there when the system was asked to watch it
}

// identity distinguishes files, also from those that had the same inode before.
type identity struct {
	Dev, Inode uint64
	Born       int64 // nanoseconds; when it was last changed, if that is unknown
}

// candidate is an arrival that was found by a search.
type candidate struct {
	arrival
	mark     string
	modified int64 // nanoseconds
}

func newScanner(f files, path string) *scanner {
	return &scanner{files: f, dir: filepath.Dir(path), base: filepath.Base(path), known: map[identity]bool{}, wanted: map[identity]bool{}}
}

// scanTries is how often a directory is searched until two searches agree.
const scanTries = 32

// refresh searches the directory. A search while files are being renamed may
// miss some, so it is repeated until two agree, and what any has found counts.
func (s *scanner) refresh() error {
	var searches [][]*candidate
	s.agreed = false
	for i := 0; i < scanTries && !s.agreed; i++ {
		searches = append(searches, s.search())
		s.agreed = i > 0 && slices.EqualFunc(searches[i-1], searches[i], func(a, b *candidate) bool { return a.id == b.id && a.name == b.name })
	}
	s.all = merged(searches, s.byName)
	known := map[identity]bool{}
	for _, c := range s.all {
		if !s.begun || s.known[c.id] {
			known[c.id] = true
		}
	}
	s.known, s.begun = known, true
	return nil
}

// merged returns what any of several searches has found, in the order in which it
// was created. Files that were created at the same time, and all if byName is set, are
// ordered by the names that the last search has found which has found both: those of
// different searches cannot be compared, since files are renamed meanwhile.
func merged(searches [][]*candidate, byName bool) []*candidate {
	found := map[identity]*candidate{}
	marks := make([]map[identity]string, len(searches))
	for i, list := range searches {
		marks[i] = map[identity]string{}
		for _, c := range list {
			found[c.id], marks[i][c.id] = c, c.mark
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *candidate) int {
		if order := compareAge(a, b); order != 0 && !byName {
			return order
		}
		for _, names := range slices.Backward(marks) {
			m, foundA := names[a.id]
			n, foundB := names[b.id]
			if foundA && foundB {
				return compareMarks(m, n)
			}
		}
		return compareMarks(a.mark, b.mark)
	})
}

// search returns the rotated files in the directory.
func (s *scanner) search() []*candidate {
	var list []*candidate
	seen := map[identity]bool{}
	for _, e := range s.files.readDir(s.dir) {
		mark, ok := rotationMark(s.base, e.File)
		if !ok {
			continue
		}
		id, modified, err := s.files.identify(filepath.Join(s.dir, e.File))
		if err != nil || !e.Regular || seen[id] {
			continue
		}
		seen[id] = true
		list = append(list, &candidate{arrival: arrival{name: e.File, id: id}, mark: mark, modified: modified})
	}
	return list
}

// compareAge orders older files first: by when they were created, and by when they
// were last written.
func compareAge(a, b *candidate) int {
	if a.id.Born != b.id.Born {
		return compare(a.id.Born, b.id.Born)
	}
	return compare(a.modified, b.modified)
}

// compareMarks orders older files first by what their names add to the log's.
func compareMarks(a, b string) int {
	m, errA := strconv.ParseUint(strings.TrimLeft(a, "._-"), 10, 64)
	n, errB := strconv.ParseUint(strings.TrimLeft(b, "._-"), 10, 64)
	if errA == nil && errB == nil && max(m, n) < shifted {
		return compare(n, m) // log.2 has been log.1
	}
	return strings.Compare(a, b)
}

// shifted is the first number that is a date and not a place in a row of files
// that are renamed one by one.
const shifted = 1 << 20

func compare[T uint64 | int64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// young reports whether c may have been created since some time.
func (c *candidate) young(since time.Time) bool {
	return c.id.Born >= since.Add(-clockSlack).UnixNano()
}

// take returns those of a list that are not known and were created since some
// time, or put back. All of the list are known then.
func (s *scanner) take(list []*candidate, since time.Time) []*arrival {
	var taken []*arrival
	for _, c := range list {
		if !s.known[c.id] && (s.wanted[c.id] || c.young(since)) {
			taken = append(taken, &c.arrival)
		}
		s.known[c.id] = true
		delete(s.wanted, c.id)
	}
	return taken
}

// split returns the candidates before and after a source, and whether it is one
// of them. If not, it still has its old name, or is gone.
func (s *scanner) split(of *source) (before, after []*candidate, found bool) {
	if of != nil {
		id, _ := identifyOpen(of.file)
		for i, c := range s.all {
			if c.id == id {
				s.known[id] = true
				return s.all[:i], s.all[i+1:], true
			}
		}
	}
	return s.all, nil, false
}

// successors returns no gap if it has found the source itself: nothing can have
// come between then. Files that were missed by the searches before, among renamings,
// come first.
func (s *scanner) successors(of *source, since time.Time) (list []*arrival, gap bool) {
	before, after, found := s.split(of)
	list = s.take(before, since)
	for _, a := range list {
		a.late = found
	}
	list = append(list, s.take(after, since)...)
	return list, !found && of != nil && len(list) > 0
}

func (s *scanner) overtakers(of *source, since time.Time) (list []*arrival, copies bool) {
	if of.rewound {
		return s.copies(of.since), true
	}
	before, _, found := s.split(of)
	if list = s.take(before, since); found && len(list) > 0 {
		id, _ := identifyOpen(of.file)
		s.want(id) // it has been rotated, and is read as a successor of these
	}
	return list, false
}

func (s *scanner) copies(since time.Time) []*arrival { return s.take(s.all, since) }

func (s *scanner) putBack(a *arrival) { s.want(a.id) }

// want makes take return a file once more.
func (s *scanner) want(id identity) {
	delete(s.known, id)
	s.wanted[id] = true
}

// open opens an arrival by the name that it has now.
func (s *scanner) open(a *arrival) error {
	if a.file != nil {
		return nil
	}
	for range scanTries {
		path := filepath.Join(s.dir, a.name)
		f, err := s.files.open(path)
		if err == nil {
			if id, err := identifyOpen(f); err == nil && id == a.id {
				a.file = f
				return nil
			}
			f.Close()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, c := range s.search() {
			if c.id == a.id {
				a.name = c.name
			}
		}
	}
	return fmt.Errorf("%s: %w", filepath.Join(s.dir, a.name), fs.ErrNotExist)
}

func (s *scanner) exact() bool     { return false }
func (s *scanner) settled() bool   { return s.agreed }
func (s *scanner) openAhead()      {}
func (s *scanner) watch(*source)   {}
func (s *scanner) unwatch(*source) {}
func (s *scanner) close()          {}

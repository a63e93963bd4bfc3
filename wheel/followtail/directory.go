package followtail

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// directory knows which files have come into the directory of the followed file.
type directory interface {
	// exact reports whether the order of files and their names are known for
	// certain.
	exact() bool
	// settled reports whether what the last refresh has learned is complete, and in
	// order.
	settled() bool
	// refresh learns what has happened. ErrOverflow means that something was
	// missed; any other error, that nothing more can be learned.
	refresh() error
	// successors returns the files that have had the followed name after a
	// source, which may be nil, and since some time, oldest first. They are
	// returned once. A gap means that there may have been others.
	successors(of *source, since time.Time) (list []*arrival, gap bool)
	// overtakers returns the files that are to be read before a source that was
	// opened by name: those that have had the name before it, or copies of it.
	overtakers(of *source, since time.Time) (list []*arrival, copies bool)
	// copies returns the files that may be copies of the followed one, as
	// successors does.
	copies(since time.Time) []*arrival
	// putBack makes copies return an arrival once more.
	putBack(a *arrival)
	// open opens an arrival, whatever it is called now.
	open(a *arrival) error
	// openAhead opens arrivals before they can be deleted.
	openAhead()
	// watch asks for notifications of changes of a file, unwatch ends that.
	watch(s *source)
	unwatch(s *source)
	close()
}

// arrival is a file that has come into the directory.
type arrival struct {
	name string   // what it is called now; empty if it is gone
	born bool     // it has had the followed name
	id   identity // of a file that was found by a search
	file *file    // if it is open

	late  bool // it was found after newer ones were returned
	moves int  // how often its name has changed
	taken bool // it was returned
}

// path returns the arrival's path, in the directory of file.
func (a *arrival) path(file string) string {
	if a.name == "" {
		return file
	}
	return filepath.Join(filepath.Dir(file), a.name)
}

func (a *arrival) close() {
	if a.file != nil {
		a.file.Close()
		a.file = nil
	}
}

// mark matches what rotation adds to a name: a number, a date, "old".
var mark = regexp.MustCompile(`^([._-][0-9][0-9TZ:+._-]*|[._-](old|bak|prev|save))$`)

// rotationMark returns what rotation has added to the name of a file, as in
// log.1 or in app-20260131.log, and reports whether it is the name of a rotated
// file at all.
func rotationMark(file, name string) (added string, ok bool) {
	if rest, found := strings.CutPrefix(name, file); found && mark.MatchString(rest) {
		return rest, true
	}
	ext := filepath.Ext(file)
	stem := strings.TrimSuffix(file, ext)
	if ext == "" || stem == "" {
		return "", false
	}
	rest, found := strings.CutPrefix(name, stem)
	if !found {
		return "", false
	}
	rest, found = strings.CutSuffix(rest, ext)
	return rest, found && mark.MatchString(rest)
}

// watchDirectory starts to learn what happens in the file's directory: from the
// system if it reports that, otherwise by searching.
func (w *Wheel) watchDirectory() {
	search := newScanner(w.files, w.config.Filename)
	if w.config.PollOnly {
		w.dir = search
		w.refresh()
		return
	}
	dir, err := w.newNotifier()
	switch {
	case err == nil:
		w.dir = dir
		return
	case errors.Is(err, fs.ErrNotExist):
		search.absent = true
	case !errors.Is(err, errors.ErrUnsupported):
		w.base.Warn("no notifications of changes, the file is polled", "file", w.config.Filename, "error", err)
	}
	w.dir = search
	w.refresh()
}

// watchDirectoryAgain does so once more if the directory was not there before.
func (w *Wheel) watchDirectoryAgain() {
	if s, ok := w.dir.(*scanner); ok && s.absent && !w.config.PollOnly {
		w.watchDirectory()
	}
}

// closedDirectory is the directory of a wheel that was closed: nothing comes any more.
type closedDirectory struct{}

func (closedDirectory) refresh() error                                   { return nil }
func (closedDirectory) successors(*source, time.Time) ([]*arrival, bool) { return nil, false }
func (closedDirectory) overtakers(*source, time.Time) ([]*arrival, bool) { return nil, false }
func (closedDirectory) copies(time.Time) []*arrival                      { return nil }
func (closedDirectory) putBack(*arrival)                                 {}
func (closedDirectory) open(*arrival) error                              { return fs.ErrClosed }
func (closedDirectory) exact() bool                                      { return true }
func (closedDirectory) settled() bool                                    { return true }
func (closedDirectory) openAhead()                                       {}
func (closedDirectory) watch(*source)                                    {}
func (closedDirectory) unwatch(*source)                                  {}
func (closedDirectory) close()                                           {}

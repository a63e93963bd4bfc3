package followtail

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// machine is the system that the program runs on.
type machine struct{}

// open opens a named pipe for writing as well, so that it does not end with its
// first writer.
func (machine) open(path string) (opened, error) {
	flags := os.O_RDONLY | nonBlocking
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		flags = os.O_RDWR | nonBlocking
	}
	f, err := os.OpenFile(path, flags, 0)
	return machineFile{f}, err
}

func (machine) stat(path string) (fileInfo, error) {
	info, err := os.Stat(path)
	return infoOf(info, err)
}

func (machine) identify(path string) (d dated, err error) {
	d.ID, d.Modified, err = systemIdentity(path)
	return d, err
}

func (machine) readDir(dir string) (list []directoryEntry) {
	entries, _ := os.ReadDir(filepath.Clean(dir))
	for _, e := range entries {
		list = append(list, directoryEntry{e.Name(), e.Type().IsRegular()})
	}
	return list
}

// began is some moment.
var began = time.Now()

func (machine) now() reading {
	now := time.Now()
	return reading{now.Round(0), now.Sub(began)}
}

// machineFile is an open file of the machine.
type machineFile struct{ *os.File }

func (f machineFile) info() (fileInfo, error) {
	info, err := f.Stat()
	return infoOf(info, err)
}

func infoOf(info fs.FileInfo, err error) (fileInfo, error) {
	if err != nil {
		return fileInfo{}, err
	}
	return fileInfo{Bytes: info.Size(), Type: info.Mode(), ID: sameID(info)}, nil
}

func (f machineFile) identity() (identity, error) { return openIdentity(f.File) }

func (f machineFile) noWriters() bool { return systemNoWriters(f.File) }

func (f machineFile) hasWriters() bool { return systemHasWriters(f.File) }

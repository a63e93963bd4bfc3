package followtail

import (
	"github.com/gopoe/poe/internal/simfile"
)

// simulated is the system of a host in a simulated world.
type simulated struct{ host simfile.System }

func (s simulated) open(path string) (opened, error) {
	f, err := s.host.Open(path)
	return simulatedFile{f}, err
}

func (s simulated) stat(path string) (fileInfo, error) { return simulatedInfo(s.host.Stat(path)) }

func (s simulated) identify(path string) (dated, error) {
	info, err := s.host.Stat(path)
	return dated{simulatedIdentity(info), info.Modified}, err
}

func (s simulated) readDir(dir string) (list []directoryEntry) {
	names, _ := s.host.ReadDir(dir)
	for _, name := range names {
		list = append(list, directoryEntry{name, true})
	}
	return list
}

func (s simulated) now() reading { return reading{s.host.Now(), s.host.Mono()} }

// simulatedFile is an open file of the host.
type simulatedFile struct{ simfile.File }

func (f simulatedFile) info() (fileInfo, error) { return simulatedInfo(f.Stat()) }

func (f simulatedFile) identity() (identity, error) {
	info, err := f.Stat()
	return simulatedIdentity(info), err
}

func (f simulatedFile) noWriters() bool { return f.Writers() == 0 }

func (f simulatedFile) hasWriters() bool { return f.Writers() > 0 }

// simulatedDevice is the device of all files.
const simulatedDevice = 1

func simulatedInfo(info simfile.Info, err error) (fileInfo, error) {
	return fileInfo{Bytes: info.Size, ID: identity{Dev: simulatedDevice, Inode: info.Inode}}, err
}

func simulatedIdentity(info simfile.Info) identity {
	return identity{Dev: simulatedDevice, Inode: info.Inode, Born: info.Born}
}

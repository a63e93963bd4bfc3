//go:build !unix

package followtail

import (
	"io/fs"
	"os"
	"sync"
)

// known are the files that were described, since only the system can say here
// whether two descriptions are of one file.
var known struct {
	sync.Mutex
	infos []fs.FileInfo
	first uint64 // number of the first of them
}

// maxKnown bounds how many files are remembered.
const maxKnown = 1024

// sameID is what files have in common exactly if they are one.
func sameID(info fs.FileInfo) identity {
	known.Lock()
	defer known.Unlock()
	for i, other := range known.infos {
		if os.SameFile(info, other) {
			return identity{Dev: 1, Inode: known.first + uint64(i)}
		}
	}
	if len(known.infos) == maxKnown {
		known.first, known.infos = known.first+maxKnown, nil
	}
	known.infos = append(known.infos, info)
	return identity{Dev: 1, Inode: known.first + uint64(len(known.infos)-1)}
}

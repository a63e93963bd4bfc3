//go:build linux

package perl

import (
	"os"
	"path/filepath"
)

// FindBin and FindRealBin are the directory of the executable, as it was started and
// without symbolic links; nil if the system does not tell. Perl: $FindBin::Bin.
var FindBin, FindRealBin = findBin()

func findBin() (bin, realBin any) {
	path, err := os.Executable()
	if err != nil {
		return nil, nil
	}
	started := path
	if arg, err := filepath.Abs(os.Args[0]); err == nil && sameFile(arg, path) {
		started = arg
	}
	return filepath.Dir(started), filepath.Dir(path)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

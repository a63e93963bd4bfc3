package readline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// NoInitFile is the value of Config.InitFile with which no file is read.
const NoInitFile = "-"

// readInitFile reads the user's bindings and options. Only a file that the
// program has named must be there; what is wrong in it is the user's business.
func (w *Wheel) readInitFile(name string) error {
	named := name != ""
	if name == NoInitFile || !w.terminal.there {
		return nil
	}
	if !named {
		var ok bool
		if name, ok = os.LookupEnv("INPUTRC"); !ok {
			home, err := os.UserHomeDir()
			if err != nil {
				return nil // without a home directory there is no file
			}
			name = filepath.Join(home, ".inputrc")
		}
	}
	err := w.editor.ReadInitFile(name)
	var missing *fs.PathError
	switch {
	case err == nil:
	case errors.As(err, &missing) && missing.Path == name:
		if named {
			return err
		}
	default:
		w.base.Kernel.Host().Logger().Warn("readline: init file", "error", err)
	}
	return nil
}

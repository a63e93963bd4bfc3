//go:build !unix

package readline

import "os"

// keepBlocking has nothing to do: the mode of the stream is not changed.
func keepBlocking(*os.File) (restore func()) { return func() {} }

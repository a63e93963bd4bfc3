// Package recording reads recordings of a kernel's runs, and has the result and
// the errors of a replay. A program records with kernel.Options.Recording and
// replays with kernel.Options.Replay. Without any change to the program the
// environment variables below do the same; the command poe replay sets them.
package recording

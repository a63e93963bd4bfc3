// Package recording reads recordings of runs of a kernel, and has what a replay
// of one ends with. A program records by kernel.Options.Recording and replays by
// kernel.Options.Replay, or unchanged by the environment variables below, which
// the command poe replay sets.
package recording

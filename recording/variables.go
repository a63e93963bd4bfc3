package recording

// The environment variables that record and replay the first kernel of a
// program. They are removed from the environment when they take effect, so that
// child processes do not inherit them.
const (
	// Variable names a file to which the run is recorded. It must not exist
	// yet, and gets mode 0600, because it contains everything that the program
	// has read.
	Variable = "POE_RECORDING"
	// FaultVariable has the call that is to fail, as CALL:NUMBER:ERROR, such as
	// read:3:ECONNRESET; see kernel.Recording.Fail. If it is empty, but
	// FaultResultVariable is set, none fails.
	FaultVariable = "POE_FAULT"
	// FaultResultVariable names a file that gets a line for the call that has
	// failed, or for each call if none is to fail.
	FaultResultVariable = "POE_FAULT_RESULT"
	// ReplayVariable names a recording, which the program replays.
	ReplayVariable = "POE_REPLAY"
	// ResultVariable names a file to which a [Result] is written as JSON as soon
	// as it is known.
	ResultVariable = "POE_REPLAY_RESULT"
	// StateVariable names a file to which a replay that stops before an event
	// writes the kernel's state as JSON.
	StateVariable = "POE_REPLAY_STATE"
	// AtVariable has the number of the event to stop before; the first is 1.
	AtVariable = "POE_REPLAY_AT"
	// UntilVariable has the event to stop before, as NAME or NAME@SESSION; *
	// matches any name or session.
	UntilVariable = "POE_REPLAY_UNTIL"
)

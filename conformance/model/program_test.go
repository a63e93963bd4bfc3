package model

// program is what is run: kinds of sessions, what is done before and
// between the two Runs, and bounds. It is given to the Perl interpreter as JSON.
type program struct {
	Kinds    []kind            `json:"kinds"`
	Machines []map[string]kind `json:"machines,omitempty"` // kinds of state machines: what is done in each state
	Handles  []string          `json:"handles,omitempty"`  // pairs of handles, each "pipe", "unix" or "tcp"
	Main     []op              `json:"main"`
	Between  []op              `json:"between"`  // after the first Run, before the second
	Fuel     int               `json:"fuel"`     // how many operations are carried out at most
	Sessions int               `json:"sessions"` // how many sessions there will be at most
}

// kind is a kind of session: what its handlers do.
type kind map[string][]op

// op is one operation with its arguments. Times are microseconds: since the
// beginning for alarms, from now for delays. Sessions are named "s0", "s1" ...
// in order of creation; "self", "sender", "K" for the kernel, "@name" for an
// alias. Handles are numbers: those of pair n are 2n and 2n+1.
type op []string

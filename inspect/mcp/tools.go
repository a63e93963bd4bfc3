package mcp

import "github.com/modelcontextprotocol/go-sdk/mcp"

// The parameters of tools. Their names are those of the inspector's API.
type (
	none struct{}
	top  struct {
		By   string `json:"by,omitempty" jsonschema:"order, greatest first: busy, events, queued, timers, children or newest; busy if empty"`
		Find string `json:"find,omitempty" jsonschema:"a number, or what an alias or the type of the heap contains"`
	}
	children struct {
		Of    uint64 `json:"of,omitempty" jsonschema:"number of the parent; 0 for the kernel"`
		After uint64 `json:"after,omitempty" jsonschema:"the last session of the page before"`
		Limit uint64 `json:"limit,omitempty" jsonschema:"how many; 100 if not set, 500 at most"`
	}
	one struct {
		N uint64 `json:"n" jsonschema:"the session's number"`
	}
	queue struct {
		From  uint64 `json:"from,omitempty" jsonschema:"Next of the page before"`
		Limit uint64 `json:"limit,omitempty" jsonschema:"how many; 100 if not set, 500 at most"`
	}
	handles struct {
		From  uint64 `json:"from,omitempty" jsonschema:"Next of the page before"`
		Limit uint64 `json:"limit,omitempty" jsonschema:"how many; 100 if not set, 500 at most"`
	}
	limited struct {
		Limit uint64 `json:"limit,omitempty" jsonschema:"how many; 100 if not set, 500 at most"`
	}
	filter struct {
		Session uint64  `json:"session,omitempty" jsonschema:"number of the session that handles or sends"`
		Event   string  `json:"event,omitempty" jsonschema:"name, or with * at the end its beginning"`
		Type    string  `json:"type,omitempty" jsonschema:"what the type of the session's heap contains"`
		Kind    string  `json:"kind,omitempty" jsonschema:"post, timer, call, start, stop, notice, ready, signal, exception, child, letter, func or remote"`
		Min     float64 `json:"min,omitempty" jsonschema:"seconds that the handler ran at least"`
		Limit   uint64  `json:"limit,omitempty" jsonschema:"how many of the last; 200 if not set, 1000 at most"`
	}
	event struct {
		ID string `json:"id" jsonschema:"the event's ID, as recent_events has it"`
	}
	seconds struct {
		Seconds uint64 `json:"seconds,omitempty" jsonschema:"how long to measure, 1 to 30; 2 if not set"`
	}
	recordingNamed struct {
		Name string `json:"name" jsonschema:"the recording's name, as recordings has it"`
	}
	recordedEvents struct {
		Name  string `json:"name" jsonschema:"the recording's name"`
		From  uint64 `json:"from,omitempty" jsonschema:"number of the first event; 1 if not set"`
		Limit uint64 `json:"limit,omitempty" jsonschema:"how many; 50 if not set, 500 at most"`
		Find  string `json:"find,omitempty" jsonschema:"name of the events, or with * at the end its beginning"`
	}
	recordedState struct {
		Name  string `json:"name" jsonschema:"the recording's name"`
		Event uint64 `json:"event" jsonschema:"number of the event before which the state is wanted"`
	}
	compared struct {
		A string `json:"a" jsonschema:"the name of one recording"`
		B string `json:"b" jsonschema:"the name of the other"`
	}
)

// tools are those that read.
var tools = []func(*mcp.Server, api){
	reads[none]("overview", "How much of everything there is, and how long the loop and timers are late.", "overview"),
	reads[none]("events", "Counts, waiting times and run times by kind of session and event, busiest first.", "events"),
	reads[none]("latency", "The distributions of waiting and run times of the slowest events, of the loop's delay and of timers.", "latency"),
	reads[seconds]("profile", "Takes a CPU profile and returns the processor time by event and by function called.", "profile"),
	reads[top]("top_sessions", "Sessions by what they do or hold, up to 200.", "top"),
	reads[children]("child_sessions", "The children of a session, a page at a time.", "sessions"),
	reads[one]("session", "One session: heap, handlers with their times, timers, aliases, wheels, and what keeps it alive.", "session"),
	reads[none]("session_types", "How many sessions there are by type. Asked for twice, it shows what grows.", "growth"),
	reads[queue]("queue", "Queued events in their order.", "queue"),
	reads[limited]("timers", "Pending timers, soonest first.", "timers"),
	reads[handles]("handles", "Watched handles, with the filter, the buffered bytes and the state of their wheels.", "handles"),
	reads[none]("servers", "Servers and their connections.", "servers"),
	reads[none]("nodes", "The nodes and clusters that the program is part of: links, windows, clocks, owners of aliases.", "nodes"),
	reads[none]("problems", "Panics by place with a stack, and dead letters by target.", "problems"),
	reads[filter]("recent_events", "The last events that agree with all parameters.", "recent"),
	reads[event]("causal_tree", "What has caused an event, and all that followed, as far as it is kept.", "tree"),
	reads[none]("pause_state", "Whether the kernel is paused, before which event, with its arguments and the session's heap.", "pause"),
	reads[none]("recordings", "The recordings of runs that can be looked at.", "recordings"),
	reads[recordingNamed]("recording_summary", "A recorded run at a glance.", "recordings/summary"),
	reads[recordedEvents]("recording_events", "Events of a recorded run, with what the program got from outside.", "recordings/events"),
	reads[recordedState]("recording_state", "The kernel's state before an event of a recorded run, by a replay.", "recordings/state"),
	reads[compared]("compare_recordings", "Two recorded runs side by side from where they first differ.", "recordings/compare"),
}

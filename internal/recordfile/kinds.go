package recordfile

// The kinds of records.
const (
	KindClock     = iota + 1 // nanoseconds since the last reading
	KindWall                 // nanoseconds since the last time of day
	KindReady                // empty polls before, count, then for each: token, modes, generation if it is an old one
	KindPollFail             // empty polls before, error
	KindBlock                // size of the buffers of reads from now on
	KindRead                 // bytes
	KindReadFail             // bytes, error
	KindWrite                // all was written: check of a byte
	KindWritePart            // count, error, check
	KindAccept               // error; if there is none, handle, address
	KindResult               // error: of an operation that has no other result
	KindValue                // name, value with its error
	KindRefused              // error: the poller has refused an update
	KindMessages             // position since the last of these, count, messages
	KindEvent                // how many events since the last of these, with that one; name, key: see Predictor
	KindModes                // modes in which a source was ready
	KindBool                 // 0 or 1
	KindCheck                // sum of events, sum of outputs
	KindEnd                  // events, sum of outputs: a run has ended
)

// Arrival says what a message is, so that a replay can make it again.
type Arrival uint8

const (
	ArrivalEvent   Arrival = iota // an event, from Outside.Post
	ArrivalReady                  // of a source
	ArrivalJob                    // the result of a job
	ArrivalSignal                 // of the system
	ArrivalReap                   // a look at the children
	ArrivalLost                   // of a postback
	ArrivalRelease                // of a postback
	ArrivalHold                   // of a hold: its release
	ArrivalContext                // the end of the run's context
	ArrivalStop                   // Outside.Stop
	ArrivalSent                   // Outside.Signal
	ArrivalWatch                  // a handle is to be watched again
	ArrivalLive                   // only the program has it: a function, an event of another kernel, a letter
	ArrivalDo                     // Outside.Do: as ArrivalLive, but somebody waits
	ArrivalNone                   // of no effect on the run
)

// OldGeneration marks, in a KindReady, a report for a handle that has lost its token meanwhile.
const OldGeneration = 1 << 4

// The numbers of the errors that are usual; those of the system begin at
// FirstErrno.
const (
	CodeNone = iota
	CodeEOF
	CodeClosed
	CodeOther // a value follows
	FirstErrno
)

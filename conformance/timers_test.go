package conformance

// timerPrograms are the ports of the programs about timers.
var timerPrograms = map[string]func(*port){
	"101-timer-alarm-replaces":    p101,
	"102-timer-alarm-set-remove":  p102,
	"104-timer-remove-all":        p104,
	"106-timer-past-and-zero":     p106,
	"108-timer-repeat-and-cancel": p108,
	"109-timer-add-and-invalid":   p109,
	"111-timer-busy-handler":      p111,
}

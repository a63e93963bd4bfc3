package conformance

// signalPrograms are the ports of the programs about signals and exceptions.
var signalPrograms = map[string]func(*port){
	"201-signal-arguments":          p201,
	"203-signal-terminal-tree":      p203,
	"204-signal-handled":            p204,
	"207-signal-os":                 p207,
	"208-signal-die-fields":         p208,
	"209-signal-die-unhandled":      p209,
	"211-signal-die-in-start-stop":  p211,
	"213-signal-child-process":      p213,
	"214-signal-chld-and-sig-child": p214,
	"220-signal-last-watcher-goes":  p220,
}

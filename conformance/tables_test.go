package conformance

// tables lists the ports, one table per area of POE, each in a file of its own.
var tables = []map[string]func(*port){
	kernelPrograms,
	timerPrograms,
	signalPrograms,
	ownPrograms,
	filterPrograms,
	wheelPrograms,
	httpdPrograms,
	serverPrograms,
	clientPrograms,
	nfaPrograms,
	modelPrograms,
	mixPrograms,
}

package conformance

// filterPrograms are the ports of the programs about filters.
var filterPrograms = map[string]func(*port){}

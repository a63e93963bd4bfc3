// Package recordfile reads and writes recordings of runs of a kernel: the format
// of the file, and the encoding of values. What the records mean is known to
// package kernel, which writes them and plays them.
//
// A recording is a sequence of CBOR items (RFC 8742), so that any reader of CBOR
// can list it:
//
//	55799([crc, bytes])    the head; the bytes are a map, {"recording": 3, ...}, see Head
//	[number, crc, bytes]   a frame, as often as needed
//
// number counts the frames from 0; a ring that has dropped the beginning starts
// with a later one. crc is the CRC-32C of the bytes, for a
// frame with the number in front in eight bytes; it is always written in five. The
// bytes are records, one after the other: one byte with the kind of the record,
// and its fields, which have no names. Integers are the varints of
// encoding/binary, byte strings have their length in front. A name is written in
// full once a frame and is a number after that; no record crosses the end of a
// frame. Only events that [Predictor] does not predict have a record. So frames can be
// read one by one, and a file that a crash has cut short is whole up to its last
// complete frame.
package recordfile

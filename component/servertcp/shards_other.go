//go:build !linux

package servertcp

// sharesPorts reports whether the system spreads connections over sockets that
// listen on one port: BSD and macOS let sockets share one, but give all
// connections to the last.
const sharesPorts = false

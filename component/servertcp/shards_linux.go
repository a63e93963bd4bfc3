package servertcp

// sharesPorts reports whether the system spreads connections over sockets that
// listen on one port.
const sharesPorts = true

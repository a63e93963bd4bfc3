package servertcp

// sharesPorts tells whether the system spreads connections over sockets that
// listen on one port.
const sharesPorts = true

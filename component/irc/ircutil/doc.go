// Package ircutil has what programs that speak IRC need beside a connection:
// names compared as a server compares them, masks, mode changes, formatting
// codes and CTCP. POE: IRC::Utils and the CTCP part of POE::Filter::IRC::Compat.
//
// All functions are safe on any goroutine; none fails on what a peer has sent.
package ircutil

// Package ircutil has functions for programs that use IRC: comparing names as a
// server does, masks, mode changes, formatting codes and CTCP. POE: IRC::Utils
// and the CTCP part of POE::Filter::IRC::Compat.
//
// All functions may be called on any goroutine, and none panics on what a peer
// has sent.
package ircutil

// Package soak runs a daemon of some size through a day of virtual time: a
// collector of metrics that takes connections from many clients, adds up what
// they say, and forwards it upstream over a connection that breaks, stalls and
// is refused, with handlers that throw, timers that are moved, and a log that
// is turned at midnight. The same daemon also lives in a simulated
// world, with faults. A second program does the like with components and
// wheels: a server and clients in memory, a log that is followed as it is
// turned, jobs in child processes. At the end everything is back at where it
// began.
package soak

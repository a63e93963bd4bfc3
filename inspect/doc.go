// Package inspect shows a running kernel in a browser, and can pause it between
// two events.
//
//	i, err := inspect.Listen(k, "127.0.0.1:0", inspect.Config{})
//	fmt.Println(i.URL())
//
// [New] returns an http.Handler for a server of the program's own. A program
// that only imports package inspect/auto, for its side effect, is inspected if
// the environment variable POE_INSPECT is an address.
//
// # Security
//
// The users of an inspector see all data of the program's sessions. An
// inspector therefore answers only on loopback addresses and unix sockets,
// unless Config.Remote is set; only to requests with its token; only under a
// host name that cannot be another site's, which prevents DNS rebinding; and to
// no request that a browser makes for another site. It does not change the
// program unless Config.Actions is set; every action, refused or not, is
// logged.
//
// # Cost
//
// Lists are read on the kernel's goroutine in slices, which look at a bounded number
// of things and end after 0.3 ms; between two slices the kernel dispatches events. The
// parts of a long list can therefore be of different times.
// docs/observability.md has the cost of observing each event.
package inspect

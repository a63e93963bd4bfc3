// Package inspect shows a running kernel in a browser, and can make it stand
// still between two events.
//
//	i, err := inspect.Listen(k, "127.0.0.1:0", inspect.Config{})
//	fmt.Println(i.URL())
//
// [New] returns an http.Handler for a server of the program's own. A program that
// is not changed, except that it imports package inspect/auto for its effect, is
// inspected if the environment variable POE_INSPECT names an address.
//
// # Security
//
// Who can use an inspector sees all that the program's sessions hold. An inspector
// therefore answers only on loopback addresses and unix sockets, unless
// Config.Remote is set; only to requests with its token; only under a host name
// that cannot be another site's, which keeps DNS rebinding out; and to no request
// that a browser makes for another site. It changes nothing unless
// Config.Actions is set; every action, refused or not, is logged.
//
// # Cost
//
// Lists are read on the kernel's goroutine in pages that take less than a
// millisecond; what a page shows can therefore differ in time from the next.
// docs/observability.md has the cost of observing each event.
package inspect

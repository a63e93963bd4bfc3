// Package poetest helps to test programs that are made of sessions: a virtual
// clock, under which a day of timers passes in milliseconds, in the same order
// as in real time; a kernel that fails the test if sessions, handles, events or
// goroutines are left at its end; a recorder of events with expectations and
// traces to compare with (see [Recorder.Golden]); stream sockets in memory and
// conversations over them; and replacements for what a program gets from
// others: the results of jobs ([Jobs]), addresses of names ([Hosts]), HTTP
// responses ([RoundTripper]), output of programs ([Programs]). [Perl] runs the
// original program, to compare a port with it.
//
//	func TestReminder(t *testing.T) {
//		k, seen := poetest.Record(t)
//		newReminder(k, 24*time.Hour)
//		require.NoError(t, k.Run())
//		seen.Expect("1 _start", "1 remind", "1 _stop")
//	}
//
// The kernels are strict: an event without a handler, or a method that is
// called where it makes no sense, is a panic and so the error of Run.
package poetest

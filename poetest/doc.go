// Package poetest helps to test programs that are made of sessions: a virtual
// clock, under which a day of timers passes in milliseconds and in the order
// in which it would really pass; a kernel that fails the test when it is left
// with sessions, handles, events or goroutines; a recorder of events with
// expectations and traces to compare with (see [Recorder.Golden]); stream sockets
// in memory and conversations over them; and stand-ins for what a program asks of
// others: jobs ([Jobs]), names ([Hosts]), HTTP ([RoundTripper]), programs
// ([Programs]). [Perl] runs the original beside its port.
//
//	func TestReminder(t *testing.T) {
//		k, seen := poetest.Record(t)
//		newReminder(k, 24*time.Hour)
//		require.NoError(t, k.Run())
//		seen.Expect("1 _start", "1 remind", "1 _stop")
//	}
//
// The kernels are strict: an event that no handler takes, or a method called
// where it makes no sense, is a panic and so the error of Run.
package poetest

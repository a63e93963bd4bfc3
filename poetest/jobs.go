package poetest

import "context"

// Jobs are functions that run in tests instead of the work of Offload, by the
// name of the event that reports the result. Set their Wrap in the kernel's
// options:
//
//	k := poetest.New(t, kernel.Options{WrapJob: poetest.Jobs{
//		"got_rate": func(context.Context) (any, error) { return 1.08, nil },
//	}.Wrap})
//
// A job that is not in the map does its own work. All jobs run on goroutines of
// their own, and the virtual clock does not advance until they have ended.
type Jobs map[string]func(ctx context.Context) (any, error)

// Wrap returns the function that is run for a job. It is the value of
// kernel.Options.WrapJob.
func (j Jobs) Wrap(event string, work func(ctx context.Context) (any, error)) func(ctx context.Context) (any, error) {
	if fake := j[event]; fake != nil {
		return fake
	}
	return work
}

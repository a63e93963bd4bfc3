package poe

import "github.com/gopoe/poe/await"

// Task is a function that can wait in straight-line code; see [await.Task].
type Task = await.Task

// Async runs f as a task of the active session, at once and until it waits for
// the first time; see [await.Async]. What a task can wait for is made by the
// functions of package await and by components.
func Async(e Event, f func(t *Task)) *Task { return await.Async(e, f) }

// Await waits in a task's function for a result; see [await.Await].
func Await[T any](t *Task, what await.Awaitable[T]) (T, error) { return await.Await(t, what) }

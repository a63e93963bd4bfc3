package turns

// Looks returns how often the queue has compared two hosts.
func (q *Queue[T]) Looks() int { return q.ready.compared }

// Hosts returns how many hosts the queue knows.
func (q *Queue[T]) Hosts() int { return len(q.hosts) }

package fusion

import "container/heap"

// queue orders things by time, then by arrival.
type queue[T any] struct {
	items entries[T]
	count int
}

// entry is a thing in a queue.
type entry[T any] struct {
	at    int64
	order int
	value T
}

// entries implements heap.Interface.
type entries[T any] []entry[T]

func (e entries[T]) Len() int { return len(e) }
func (e entries[T]) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e entries[T]) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *entries[T]) Push(x any)   { *e = append(*e, x.(entry[T])) }
func (e *entries[T]) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = entry[T]{}
	*e = (*e)[:len(*e)-1]
	return last
}

func (q *queue[T]) push(at int64, value T) {
	q.count++
	heap.Push(&q.items, entry[T]{at, q.count, value})
}

// due reports whether something is in the queue for now or earlier.
func (q *queue[T]) due(now int64) bool { return len(q.items) > 0 && q.items[0].at <= now }

// pop removes and returns the earliest; the queue must not be empty.
func (q *queue[T]) pop() T { return heap.Pop(&q.items).(entry[T]).value }

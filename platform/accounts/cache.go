package accounts

import (
	"sync"
	"time"
)

const (
	// cacheTTL is how long a principal may be reused. A change made by another
	// node shows after that; one made by this process shows at once.
	cacheTTL = 5 * time.Second
	cacheMax = 10_000
)

// cache remembers principals by the hash of the secret that proved them.
type cache struct {
	now func() time.Time

	mu         sync.Mutex
	entries    map[[32]byte]cached
	generation uint64
}

type cached struct {
	principal Principal
	until     time.Time
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, entries: map[[32]byte]cached{}}
}

// get returns the principal, and the generation to hand to put after a miss.
func (c *cache) get(hash []byte) (Principal, uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[[32]byte(hash)]
	return e.principal, c.generation, ok && c.now().Before(e.until)
}

// put keeps what was loaded, unless something changed since the generation was
// taken: the load may have read the state before. It is kept until notAfter at most.
func (c *cache) put(hash []byte, p Principal, generation uint64, notAfter time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.entries) >= cacheMax {
		c.entries = map[[32]byte]cached{}
	}
	until := c.now().Add(cacheTTL)
	if notAfter.Before(until) {
		until = notAfter
	}
	c.entries[[32]byte(hash)] = cached{p, until}
}

// clear forgets all and voids the loads that are under way.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
}

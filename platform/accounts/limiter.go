package accounts

import (
	"net/netip"
	"sync"
	"time"

	"incubator/platform/errs"
)

// LimitOptions bounds attempts to sign in or up. Zero values take the defaults.
// A bucket holds its burst and gains one attempt each interval. Buckets live in
// the memory of one process: a restart fills them, and nodes count apart.
type LimitOptions struct {
	AccountBurst    int           // for one account from one address: 5
	AccountInterval time.Duration // 30 s
	AddressBurst    int           // for one address, all accounts: 50
	AddressInterval time.Duration // 2 s
}

// maxBuckets bounds the memory; past it the fullest, harmless ones are dropped.
const maxBuckets = 100_000

// limiter is a set of token buckets (the generic cell rate algorithm: one time
// for each key, at which its bucket is full again).
type limiter struct {
	options LimitOptions
	now     func() time.Time

	mu   sync.Mutex
	full map[string]time.Time
}

func newLimiter(o LimitOptions, now func() time.Time) *limiter {
	if o.AccountBurst <= 0 {
		o.AccountBurst = 5
	}
	if o.AccountInterval <= 0 {
		o.AccountInterval = 30 * time.Second
	}
	if o.AddressBurst <= 0 {
		o.AddressBurst = 50
	}
	if o.AddressInterval <= 0 {
		o.AddressInterval = 2 * time.Second
	}
	return &limiter{options: o, now: now, full: map[string]time.Time{}}
}

// account takes one attempt on the account from the address, and one of the
// address. Both must have one left, else TooMany says how long to wait.
func (l *limiter) account(account, ip string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	wait := max(
		l.wait(now, accountKey(account, ip), l.options.AccountBurst, l.options.AccountInterval),
		l.wait(now, addressKey(ip), l.options.AddressBurst, l.options.AddressInterval))
	if wait > 0 {
		return tooMany(wait)
	}
	l.take(now, accountKey(account, ip), l.options.AccountInterval)
	l.take(now, addressKey(ip), l.options.AddressInterval)
	return nil
}

// address takes one attempt of the address.
func (l *limiter) address(ip string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if wait := l.wait(now, addressKey(ip), l.options.AddressBurst, l.options.AddressInterval); wait > 0 {
		return tooMany(wait)
	}
	l.take(now, addressKey(ip), l.options.AddressInterval)
	return nil
}

// succeeded gives back all attempts on the account from the address, so that a
// person who mistyped and then signed in starts afresh.
func (l *limiter) succeeded(account, ip string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.full, accountKey(account, ip))
}

// wait returns how long until the bucket has an attempt; 0 when it has one.
func (l *limiter) wait(now time.Time, key string, burst int, interval time.Duration) time.Duration {
	full := l.full[key]
	if full.Before(now) { // also when unknown, whose distance would overflow
		return 0
	}
	return max(0, full.Sub(now)-time.Duration(burst-1)*interval)
}

func (l *limiter) take(now time.Time, key string, interval time.Duration) {
	if _, known := l.full[key]; !known && len(l.full) >= maxBuckets {
		l.shrink(now)
	}
	from := l.full[key]
	if from.Before(now) {
		from = now
	}
	l.full[key] = from.Add(interval)
}

// shrink drops the buckets that are full again and, when that is not enough,
// half of the others: forgetting is better than growing without bound.
func (l *limiter) shrink(now time.Time) {
	for key, full := range l.full {
		if !full.After(now) {
			delete(l.full, key)
		}
	}
	for key := range l.full {
		if len(l.full) <= maxBuckets/2 {
			return
		}
		delete(l.full, key)
	}
}

func accountKey(account, ip string) string { return "account " + account + " " + network(ip) }
func addressKey(ip string) string          { return "address " + network(ip) }

// network is what one client holds: an IPv4 address or an IPv6 /64.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}

func tooMany(wait time.Duration) error {
	e := errs.New(errs.TooMany, "too many attempts; wait a moment and try again")
	// Rounded up, since HTTP carries whole seconds.
	e.RetryAfter = (wait + time.Second - 1).Truncate(time.Second)
	return e
}

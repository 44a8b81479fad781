package accounts

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

func TestCacheDropsWhatWasLoadedBeforeAChange(t *testing.T) {
	now := time.Unix(1000, 0)
	c := newCache(func() time.Time { return now })
	hash := hashSecret("x")
	_, before, ok := c.get(hash)
	require.False(t, ok)
	c.clear() // the change commits while the load is under way
	c.put(hash, Principal{SessionID: "old"}, before, now.Add(time.Hour))
	_, generation, ok := c.get(hash)
	require.False(t, ok)
	c.put(hash, Principal{SessionID: "new"}, generation, now.Add(2*time.Second))
	p, _, ok := c.get(hash)
	require.True(t, ok)
	require.Equal(t, "new", p.SessionID)
	now = now.Add(2 * time.Second)
	_, _, ok = c.get(hash)
	require.False(t, ok, "the session ends before the entry would")
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache(time.Now)
	for i := range cacheMax + 10 {
		c.put(hashSecret(fmt.Sprint(i)), Principal{}, 0, time.Now().Add(time.Hour))
	}
	require.LessOrEqual(t, len(c.entries), cacheMax)
}

func TestLimiterIsBounded(t *testing.T) {
	now := time.Unix(1000, 0)
	l := newLimiter(LimitOptions{}, func() time.Time { return now })
	for i := range maxBuckets {
		require.NoError(t, l.address(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)))
	}
	require.NoError(t, l.address("192.0.2.1"))
	require.LessOrEqual(t, len(l.full), maxBuckets)
	now = now.Add(time.Minute)
	l.shrink(now)
	require.Empty(t, l.full, "full buckets are dropped first")
}

func TestHashingIsBounded(t *testing.T) {
	h, err := newHasher(HashOptions{Memory: 8, Iterations: 1, Slots: 1, Queue: 1, Wait: time.Millisecond})
	require.NoError(t, err)
	ctx := context.Background()
	release, err := h.acquire(ctx)
	require.NoError(t, err)
	_, err = h.hash(ctx, "waits in vain")
	require.True(t, errs.Is(err, errs.Unavailable))

	h.wait = time.Hour
	waiting := make(chan error, 1)
	go func() {
		_, err := h.hash(ctx, "waits its turn")
		waiting <- err
	}()
	require.Eventually(t, func() bool { return len(h.queue) == 2 }, 10*time.Second, time.Millisecond)
	_, err = h.matches(ctx, "x", "")
	require.True(t, errs.Is(err, errs.Unavailable), "the queue is full")
	release()
	require.NoError(t, <-waiting)
	require.Zero(t, len(h.queue)+len(h.slots))
}

func TestHasherComparesWithNobody(t *testing.T) {
	h, err := newHasher(HashOptions{Memory: 8, Iterations: 1})
	require.NoError(t, err)
	for _, password := range []string{"", "x"} {
		ok, err := h.matches(context.Background(), password, "")
		require.NoError(t, err)
		require.False(t, ok, "the decoy never matches")
	}
	hash, err := h.hash(context.Background(), "secret")
	require.NoError(t, err)
	ok, err := h.matches(context.Background(), "secret", hash)
	require.NoError(t, err)
	require.True(t, ok)
	_, err = h.matches(context.Background(), "secret", "$argon2id$broken")
	require.True(t, errs.Is(err, errs.Internal))
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64",
		"fe80::1%eth0": "fe80::/64", "not an address": "not an address", "": "",
	} {
		require.Equal(t, want, network(ip))
	}
}

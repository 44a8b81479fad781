package awareness

import (
	"hash/fnv"
	"math/bits"
)

// rng is a SplitMix64 generator (Steele, Lea, Flood 2014). Every draw is integer
// arithmetic, so that a seed gives the same bytes on every platform and Go release.
type rng struct{ state uint64 }

// newRNG returns a generator for one seed and one purpose; purposes do not correlate.
func newRNG(seed uint64, purpose string) *rng {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose)) // hash.Hash never returns an error
	r := &rng{state: seed ^ h.Sum64()}
	r.next()
	return r
}

func (r *rng) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return mix(r.state)
}

// mix is SplitMix64's finaliser; it also serves as a hash of small integers.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// intn returns a number in [0, n); n must be positive.
func (r *rng) intn(n int) int { return int(r.int64n(int64(n))) }

func (r *rng) int64n(n int64) int64 {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int64(hi)
}

// between returns a number in [low, high].
func (r *rng) between(low, high int64) int64 { return low + r.int64n(high-low+1) }

// chance is true in percent of the calls.
func (r *rng) chance(percent int) bool { return r.intn(100) < percent }

// exp draws from an exponential distribution with the given mean: -log2(u) is the
// number of leading zeros plus a linear fraction, scaled by ln 2.
func (r *rng) exp(mean int64) int64 {
	u := r.next() | 1
	zeros := bits.LeadingZeros64(u)
	fraction := 65536 - int64((u<<uint(zeros)<<1)>>48)
	log2 := int64(zeros)<<16 + fraction
	return mean * log2 / 65536 * 693 / 1000
}

// heavy draws from a long-tailed, roughly log-normal distribution around median,
// spread by up to 2^spread to either side.
func (r *rng) heavy(median int64, spread int64) int64 {
	var sum int64
	for range 4 { // the sum of four uniforms is close enough to a normal
		sum += int64(r.next() >> 48)
	}
	exponent := (sum - 2*65536) * spread / 2
	whole, fraction := exponent>>16, exponent&0xffff
	value := median + median*fraction/65536
	if whole >= 0 {
		return value << uint(whole)
	}
	return value >> uint(-whole)
}

// skewed returns an index in [0, n) with small indices far more likely (Zipf-like).
func (r *rng) skewed(n int) int {
	a, b := r.intn(n), r.intn(n)
	return min(a, b) * r.intn(n) / n
}

// pick returns one element of a non-empty slice.
func pick[T any](r *rng, from []T) T { return from[r.intn(len(from))] }

// Alphabets for letters.
const (
	lower    = "abcdefghijklmnopqrstuvwxyz"
	lowerNum = "abcdefghijklmnopqrstuvwxyz0123456789"
	hexDigit = "0123456789abcdef"
	base64ch = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// letters returns n characters of an alphabet.
func (r *rng) letters(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.intn(len(alphabet))]
	}
	return string(b)
}

// wait returns a time between low and high minutes in microseconds.
func (r *rng) wait(low, high int64) int64 { return r.between(low*minute, high*minute) }

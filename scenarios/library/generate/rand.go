package generate

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Rand is a random source with a fixed algorithm (PCG-DXSM). Its derived draws
// are written here, since those of math/rand may change between Go versions
// and a data set's hash must not.
type Rand struct{ pcg *rand.PCG }

// NewRand returns the stream of a seed and a label. Different labels give
// independent streams, so that one part of a generator can change without
// shifting the draws of another.
func NewRand(seed uint64, label string) *Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(label))
	return &Rand{pcg: rand.NewPCG(seed, h.Sum64())}
}

// Uint64 returns 64 random bits.
func (r *Rand) Uint64() uint64 { return r.pcg.Uint64() }

// Float returns a number in [0, 1).
func (r *Rand) Float() float64 { return float64(r.pcg.Uint64()>>11) / (1 << 53) }

// IntN returns a number in [0, n); n must be positive.
func (r *Rand) IntN(n int) int {
	hi, _ := bits.Mul64(r.pcg.Uint64(), uint64(n))
	return int(hi)
}

// Between returns a number in [low, high], both included.
func (r *Rand) Between(low, high int) int { return low + r.IntN(high-low+1) }

// Chance is true with probability p.
func (r *Rand) Chance(p float64) bool { return r.Float() < p }

// Normal returns an approximately normal number (Irwin–Hall, 12 uniforms),
// which needs no transcendental function and so has the same bits everywhere.
func (r *Rand) Normal(mean, deviation float64) float64 {
	sum := -6.0
	for range 12 {
		sum += r.Float()
	}
	return mean + float64(deviation*sum)
}

// Exponential returns a waiting time with the given mean.
func (r *Rand) Exponential(mean float64) float64 {
	return -mean * math.Log(1-r.Float())
}

// UUID returns a version 4 UUID.
func (r *Rand) UUID() string { return formatUUID(r.Uint64(), r.Uint64(), 4) }

// Hex returns n hexadecimal digits.
func (r *Rand) Hex(n int) string {
	buf := make([]byte, 0, n+16)
	for len(buf) < n {
		buf = fmt.Appendf(buf, "%016x", r.Uint64())
	}
	return string(buf[:n])
}

// Shuffle orders n elements at random.
func (r *Rand) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, r.IntN(i+1))
	}
}

// Pick returns one element of list, which must not be empty.
func Pick[T any](r *Rand, list []T) T { return list[r.IntN(len(list))] }

// NamedUUID returns a version 5 style UUID of a name: the same name always has
// the same UUID. It hashes with FNV, since no one has to reproduce it.
func NamedUUID(name string) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(name))
	sum := h.Sum(nil)
	var hi, lo uint64
	for i := range 8 {
		hi = hi<<8 | uint64(sum[i])
		lo = lo<<8 | uint64(sum[i+8])
	}
	return formatUUID(hi, lo, 5)
}

// formatUUID sets the version and variant bits of RFC 9562.
func formatUUID(hi, lo uint64, version uint64) string {
	hi = hi&^0xf000 | version<<12
	lo = lo&^(3<<62) | 2<<62
	const digits = "0123456789abcdef"
	buf := make([]byte, 0, 36)
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			buf = append(buf, '-')
		}
		word, at := hi, i
		if i >= 16 {
			word, at = lo, i-16
		}
		buf = append(buf, digits[word>>(60-4*at)&15])
	}
	return string(buf)
}

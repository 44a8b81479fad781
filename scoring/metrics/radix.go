package metrics

import "math"

// digitBits is the width of a radix digit: 2,048 counters fit the first-level cache.
const digitBits = 11

const digits = (64 + digitBits - 1) / digitBits

// radixSort sorts keys in ascending order and may return scratch as the result.
// scratch has the length of keys; passes whose digit is the same everywhere are
// left out.
func radixSort(keys, scratch []uint64) []uint64 {
	var counts [digits][1 << digitBits]uint32
	for _, k := range keys {
		for d := range digits {
			counts[d][k>>(d*digitBits)&(1<<digitBits-1)]++
		}
	}
	for d := range digits {
		count, shift := &counts[d], d*digitBits
		if len(keys) == 0 || int(count[keys[0]>>shift&(1<<digitBits-1)]) == len(keys) {
			continue
		}
		sum := uint32(0)
		for i, n := range count {
			count[i] = sum
			sum += n
		}
		for _, k := range keys {
			slot := &count[k>>shift&(1<<digitBits-1)]
			scratch[*slot] = k
			*slot++
		}
		keys, scratch = scratch, keys
	}
	return keys
}

// sortable maps a finite float64 to an integer of the same order; both zeros are equal.
func sortable(value float64) uint64 {
	bits := math.Float64bits(value + 0)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

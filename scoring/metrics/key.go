package metrics

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// packedBytes is the longest text that a key holds exactly.
const packedBytes = 15

// longKey marks, in the place of the length, a key that is a hash.
const longKey = 0xff

// key stands for an id in 16 bytes. Up to 15 bytes of text are packed exactly,
// behind their length, so that keys order numbers and numbered names the way
// people count. Longer text becomes a 120-bit hash under random seeds: two of
// 20 million ids collide with a chance below 10⁻²¹.
type key struct{ hi, lo uint64 }

func (k key) less(other key) bool {
	return k.hi < other.hi || k.hi == other.hi && k.lo < other.lo
}

// text returns the id when the key holds it.
func (k key) text() (string, bool) {
	size := k.hi >> 56
	if size == longKey {
		return "", false
	}
	var packed [16]byte
	binary.BigEndian.PutUint64(packed[:8], k.hi)
	binary.BigEndian.PutUint64(packed[8:], k.lo)
	return string(packed[1 : 1+size]), true
}

// keyer makes keys. Keys of different keyers cannot be compared.
type keyer struct{ first, second maphash.Seed }

func newKeyer() keyer { return keyer{maphash.MakeSeed(), maphash.MakeSeed()} }

func (k keyer) key(text []byte) key {
	if len(text) > packedBytes {
		hi := longKey<<56 | maphash.Bytes(k.first, text)>>8
		return key{hi, maphash.Bytes(k.second, text)}
	}
	var packed [16]byte
	packed[0] = byte(len(text))
	copy(packed[1:], text)
	return key{binary.BigEndian.Uint64(packed[:8]), binary.BigEndian.Uint64(packed[8:])}
}

// keyTable maps keys to their position in a list: open addressing with linear
// probing, 8 bytes a slot, at most two thirds full. A slot holds the position
// plus one and 32 bits of the hash, so that a probe rarely reads the list.
type keyTable struct {
	keys  []key
	slots []uint64
	shift uint // 64 − log2(len(slots))
	salt  key  // random, so that nobody can prepare colliding ids
}

func newKeyTable(expected int, salt key) *keyTable {
	t := &keyTable{salt: salt}
	t.resize(expected)
	return t
}

func (k keyer) salt() key {
	return key{maphash.String(k.first, "salt"), maphash.String(k.second, "salt")}
}

func (t *keyTable) resize(expected int) {
	logarithm := max(8, bits.Len(uint(expected+expected/2)))
	t.slots = make([]uint64, 1<<logarithm)
	t.shift = uint(64 - logarithm)
}

func (t *keyTable) hash(k key) uint64 {
	hi, lo := bits.Mul64(k.hi^t.salt.hi, k.lo^t.salt.lo)
	return (hi ^ lo) * 0x9e3779b97f4a7c15
}

// find returns the position of k, or the slot where it belongs.
func (t *keyTable) find(k key) (position int, slot uint64, found bool) {
	hash := t.hash(k)
	mask := uint64(len(t.slots) - 1)
	for slot = hash >> t.shift; ; slot = (slot + 1) & mask {
		entry := t.slots[slot]
		if entry == 0 {
			return 0, slot, false
		}
		if uint32(entry>>32) == uint32(hash) {
			position = int(uint32(entry)) - 1
			if t.keys[position] == k {
				return position, slot, true
			}
		}
	}
}

func (t *keyTable) place(slot uint64, k key, position int) {
	t.slots[slot] = uint64(uint32(t.hash(k)))<<32 | uint64(position+1)
}

// intern returns the position of k, appending it when it is new.
func (t *keyTable) intern(k key) uint32 {
	position, slot, found := t.find(k)
	if found {
		return uint32(position)
	}
	t.keys = append(t.keys, k)
	t.place(slot, k, len(t.keys)-1)
	if 3*len(t.keys) > 2*len(t.slots) {
		t.resize(2 * len(t.keys))
		for i, old := range t.keys {
			_, slot, _ := t.find(old)
			t.place(slot, old, i)
		}
	}
	return uint32(len(t.keys) - 1)
}

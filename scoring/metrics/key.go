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

// less is the order of merging: by length, then by bytes.
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

// key never fails; an empty id has a key too.
func (k keyer) key(text []byte) key {
	if len(text) > packedBytes {
		hi := longKey<<56 | maphash.Bytes(k.first, text)>>8
		return key{hi, maphash.Bytes(k.second, text)}
	}
	size := uint64(len(text)) << 56
	if len(text) < 8 {
		return key{hi: size | shortBytes(text)}
	}
	head, tail := binary.BigEndian.Uint64(text), binary.BigEndian.Uint64(text[len(text)-8:])
	// The tail overlaps the head: only what is behind the first seven bytes counts.
	return key{size | head>>8, tail << (8 * (packedBytes - len(text)))}
}

// shortBytes packs at most seven bytes behind a free byte, padded with zeros.
func shortBytes(text []byte) (packed uint64) {
	for _, c := range text {
		packed = packed<<8 | uint64(c)
	}
	return packed << (8 * (7 - len(text)))
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

// newKeyTable makes room for the expected number of keys; more may come.
func newKeyTable(expected int, salt key) *keyTable {
	t := &keyTable{salt: salt}
	t.resize(expected)
	return t
}

// salt derives the randomness of tables from that of the keyer.
func (k keyer) salt() key {
	return key{maphash.String(k.first, "salt"), maphash.String(k.second, "salt")}
}

// resize empties the slots: the caller places the keys again.
func (t *keyTable) resize(expected int) {
	logarithm := max(8, bits.Len(uint(expected+expected/2)))
	t.slots = make([]uint64, 1<<logarithm)
	t.shift = uint(64 - logarithm)
}

// hash multiplies into 128 bits and folds them. The top bits choose the slot, the
// low ones are the tag.
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

// place fills the slot that find returned.
func (t *keyTable) place(slot uint64, k key, position int) {
	t.slots[slot] = uint64(uint32(t.hash(k)))<<32 | uint64(position+1)
}

// batch is how many lookups internAll and findAll have under way at once. A
// table that does not fit the cache is limited by the latency of memory:
// independent loads overlap, which is several times as fast as one by one.
const batch = 64

// firstTry looks only at the first slot of each of at most batch keys. found
// gets the position plus one, or 0 where the answer is not there.
func (t *keyTable) firstTry(keys []key, found *[batch]uint32) {
	for i, k := range keys {
		hash := t.hash(k)
		entry := t.slots[hash>>t.shift]
		found[i] = uint32(entry)
		if uint32(entry>>32) != uint32(hash) {
			found[i] = 0
		}
	}
	for i, k := range keys {
		if found[i] > 0 && t.keys[found[i]-1] != k {
			found[i] = 0
		}
	}
}

// internAll is intern for at most batch keys.
func (t *keyTable) internAll(keys []key, out []uint32) {
	var found [batch]uint32
	t.firstTry(keys, &found)
	for i, k := range keys {
		if found[i] > 0 {
			out[i] = found[i] - 1
		} else {
			out[i] = t.intern(k)
		}
	}
}

// findAll is find for at most batch keys; a key that is not there gives noRow.
func (t *keyTable) findAll(keys []key, out []uint32) {
	var found [batch]uint32
	t.firstTry(keys, &found)
	for i, k := range keys {
		out[i] = found[i] - 1
		if found[i] > 0 {
			continue
		}
		if position, _, ok := t.find(k); ok {
			out[i] = uint32(position)
		}
	}
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

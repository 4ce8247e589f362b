package linkage

import "math/bits"

// dice are numbers without a visible pattern, the same for the same seed
// (SplitMix64, Steele, Lea & Flood 2014): chance that can be repeated.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1.
func (d *dice) below(n int) int {
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int(hi)
}

// pair is two different records, one of each file when there are two.
func (d *dice) pair(n, split int) (a, b int) {
	if split > 0 {
		return d.below(split), split + d.below(n-split)
	}
	a, b = d.below(n), d.below(n-1)
	if b >= a {
		b++
	}
	return a, b
}

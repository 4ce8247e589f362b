package money

import "math/bits"

func abs(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}

func mul(a, b uint64) (hi, lo uint64) { return bits.Mul64(a, b) }

// div is the product divided, half away from zero; what does not fit is the
// largest there is.
func div(hi, lo, by uint64) int64 {
	lo, carry := bits.Add64(lo, by/2, 0)
	hi += carry
	if hi >= by {
		return 1<<63 - 1
	}
	q, _ := bits.Div64(hi, lo, by)
	if q > 1<<63-1 {
		return 1<<63 - 1
	}
	return int64(q)
}

package btyd

import "math"

// gauss is H = ₂F₁(1, b; c+1; z) with its derivatives, for b, c > 0 and
// 0 <= z < 1, by Gauss's continued fraction (DLMF 15.7.5 with one parameter 0):
//
//	H = 1/(1 − u₁z/(1 − u₂z/(1 − …)))
//	u₂ⱼ₊₁ = (b+j)(c+j) / (c+2j)(c+2j+1)    u₂ⱼ = j(c−b+j) / (c+2j−1)(c+2j)
//
// It needs some 18/√(1−z) levels where the series needs 36/(1−z) terms. Forward
// finds how many levels are enough, backward gives the value and the exact
// derivatives.
type gauss struct {
	value      float64
	dB, dC, dZ float64
}

// maxLevels ends the fraction where z is so near to 1 that a fit there is
// refused anyway.
const maxLevels = 200_000

func level(n int, b, c float64) float64 {
	j := float64(n / 2)
	if n%2 == 1 {
		return (b + j) * (c + j) / ((c + 2*j) * (c + 2*j + 1))
	}
	return j * (c - b + j) / ((c + 2*j - 1) * (c + 2*j))
}

// levels is how many levels of the fraction matter (modified Lentz).
func levels(b, c, z float64) int {
	over, under := 1.0, 0.0
	for n := 1; n < maxLevels; n++ {
		a := -level(n, b, c) * z
		under = 1 / (1 + a*under)
		over = 1 + a/over
		if math.Abs(over*under-1) < 1e-16*float64(n) {
			return n + 1
		}
	}
	return maxLevels
}

// hypergeometric is the value alone.
func hypergeometric(b, c, z float64) float64 {
	if z == 0 {
		return 1
	}
	f := 1.0
	for n := levels(b, c, z); n >= 1; n-- {
		f = 1 / (1 - level(n, b, c)*z*f)
	}
	return f
}

// hypergeometricSlope is the value with its derivatives to b, c and z.
func hypergeometricSlope(b, c, z float64) gauss {
	f := gauss{value: 1}
	for n := max(levels(b, c, z), 2); n >= 1; n-- {
		j := float64(n / 2)
		var u, uB, uC float64
		if n%2 == 1 {
			i, k := 1/((c+2*j)*(c+2*j+1)), b+j
			uB = (c + j) * i
			u = k * uB
			// With c+j = p and (c+2j)(c+2j+1) = 1/i: the quotient rule.
			uC = k * i * (1 - (c+j)*i*(2*c+4*j+1))
		} else {
			i, k := 1/((c+2*j-1)*(c+2*j)), c-b+j
			uB = -j * i
			u = j * k * i
			uC = j * i * (1 - k*i*(2*c+4*j-1))
		}
		g := 1 / (1 - u*z*f.value)
		square := g * g
		f = gauss{
			value: g,
			dB:    square * z * (uB*f.value + u*f.dB),
			dC:    square * z * (uC*f.value + u*f.dC),
			dZ:    square * u * (f.value + z*f.dZ),
		}
	}
	return f
}

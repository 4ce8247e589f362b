package btyd

import "math"

// The points and weights of Gauss (7) and Kronrod (15) on [-1, 1], from the
// middle outwards.
var (
	kronrodAt = [8]float64{0, 0.207784955007898467600689403773, 0.405845151377397166906606412077, 0.586087235467691130294144691694,
		0.741531185599394439863864773281, 0.864864423359769072789712788641, 0.949107912342758524526189684048, 0.991455371120812639206854697526}
	kronrodWeight = [8]float64{0.209482141084727828012999174892, 0.204432940075298892414161999235, 0.190350578064785409913256402421, 0.169004726639267902826583426599,
		0.140653259715525918745189590510, 0.104790010322250183839876322542, 0.063092092629978553290700663189, 0.022935322010529224963732008059}
	gaussWeight = [8]float64{0.417959183673469387755102040816, 0, 0.381830050505118944950369775489, 0, 0.279705391489276667901467771424, 0, 0.129484966168869693270611432679, 0}
)

// integrate is the integral of f over [a, b], halved until each piece is
// within 1e-12 of the whole. For smooth f that do not change sign.
func integrate(f func(float64) float64, a, b float64) float64 {
	const pieces = 16
	total, rough := 0.0, 0.0
	var whole [pieces]float64
	var doubt [pieces]float64
	step := (b - a) / pieces
	for i := range pieces {
		whole[i], doubt[i] = kronrod(f, a+float64(i)*step, a+float64(i+1)*step)
		rough += math.Abs(whole[i])
	}
	for i := range pieces {
		total += refine(f, a+float64(i)*step, a+float64(i+1)*step, whole[i], doubt[i], rough*1e-13, 40)
	}
	return total
}

func refine(f func(float64) float64, a, b, whole, doubt, allowed float64, depth int) float64 {
	if doubt <= allowed || depth == 0 {
		return whole
	}
	m := (a + b) / 2
	left, doubtLeft := kronrod(f, a, m)
	right, doubtRight := kronrod(f, m, b)
	// What has grown was not seen before: a narrow peak.
	allowed = max(allowed, 1e-14*math.Abs(left+right))
	return refine(f, a, m, left, doubtLeft, allowed, depth-1) + refine(f, m, b, right, doubtRight, allowed, depth-1)
}

func kronrod(f func(float64) float64, a, b float64) (value, doubt float64) {
	middle, half := (a+b)/2, (b-a)/2
	y := f(middle)
	k, g := y*kronrodWeight[0], y*gaussWeight[0]
	for i := 1; i < len(kronrodAt); i++ {
		y := f(middle-half*kronrodAt[i]) + f(middle+half*kronrodAt[i])
		k, g = k+y*kronrodWeight[i], g+y*gaussWeight[i]
	}
	return k * half, math.Abs(k-g) * half
}

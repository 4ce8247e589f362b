package linkage

import (
	"cmp"
	"math"
	"slices"
)

// Edge is a pair and its weight.
type Edge struct {
	A, B   int
	Weight float64
}

// widest is the largest group that is looked at as a whole; in a larger one the
// pairs stand by themselves.
const widest = 60

// Group makes the pairs agree with each other: when a is b and b is c, a is c.
// Records that hang together by pairs of at least needed are parted again where
// the pairs between two halves, all of them, speak against on average; what
// remains together is a group. weigh gives the weight of any pair.
func Group(edges []Edge, needed float64, weigh func(a, b int) float64) [][]int {
	var groups [][]int
	for _, members := range connected(edges, needed) {
		switch {
		case len(members) == 2:
			groups = append(groups, members)
		case len(members) <= widest:
			groups = append(groups, part(members, needed, weigh)...)
		}
	}
	return groups
}

// connected are the records that hang together, lowest first.
func connected(edges []Edge, needed float64) [][]int {
	root := map[int]int{}
	var find func(int) int
	find = func(a int) int {
		r, ok := root[a]
		if !ok || r == a {
			root[a] = a
			return a
		}
		root[a] = find(r)
		return root[a]
	}
	for _, e := range edges {
		if e.Weight >= needed {
			a, b := find(e.A), find(e.B)
			root[max(a, b)] = min(a, b)
		}
	}
	together := map[int][]int{}
	for a := range root {
		r := find(a)
		together[r] = append(together[r], a)
	}
	groups := make([][]int, 0, len(together))
	for _, members := range together {
		slices.Sort(members)
		groups = append(groups, members)
	}
	slices.SortFunc(groups, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return groups
}

// part begins with every member alone and joins, again and again, the two parts
// between which the mean weight is highest, while it is enough.
func part(members []int, needed float64, weigh func(a, b int) float64) [][]int {
	parts := make([][]int, len(members))
	sum := make([][]float64, len(members))
	for i, a := range members {
		parts[i], sum[i] = []int{a}, make([]float64, len(members))
		for j, b := range members[:i] {
			sum[i][j] = weigh(b, a)
			sum[j][i] = sum[i][j]
		}
	}
	for {
		x, y, best := -1, -1, math.Inf(-1)
		for i := range parts {
			for j := range i {
				if parts[i] == nil || parts[j] == nil {
					continue
				}
				if mean := sum[i][j] / float64(len(parts[i])*len(parts[j])); mean > best {
					x, y, best = j, i, mean
				}
			}
		}
		if x < 0 || best < needed {
			break
		}
		parts[x], parts[y] = append(parts[x], parts[y]...), nil
		for k := range parts {
			sum[x][k] += sum[y][k]
			sum[k][x] = sum[x][k]
		}
	}
	parts = slices.DeleteFunc(parts, func(p []int) bool { return len(p) < 2 })
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts
}

// Through is the probability of each pair of a group: its own, or along the best
// way through others of the group, each step of which must be true.
func Through(group []int, probability func(a, b int) float64) [][]float64 {
	p := make([][]float64, len(group))
	for i, a := range group {
		p[i] = make([]float64, len(group))
		p[i][i] = 1
		for j, b := range group[:i] {
			p[i][j] = probability(b, a)
			p[j][i] = p[i][j]
		}
	}
	for k := range p {
		for i := range p {
			for j := range p {
				p[i][j] = max(p[i][j], p[i][k]*p[k][j])
			}
		}
	}
	return p
}

// Assign gives each record of one file at most one of the other, the surest
// pairs first. A second one is taken only when it is a double of the first:
// when same says that both stand for one in their own file.
func Assign(edges []Edge, same func(a, b int) bool) []Edge {
	edges = slices.Clone(edges)
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	of := map[int]int{} // the first partner of each
	var kept []Edge
	for _, e := range edges {
		b, hasB := of[e.A]
		a, hasA := of[e.B]
		if hasB && !same(b, e.B) || hasA && !same(a, e.A) {
			continue
		}
		if !hasB {
			of[e.A] = e.B
		}
		if !hasA {
			of[e.B] = e.A
		}
		kept = append(kept, e)
	}
	return kept
}

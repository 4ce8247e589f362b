package linkage

import "math"

// Circle is a reason, other than being one and the same, why two records agree
// on several things at once: who lives together shares a family name, a
// telephone and every line of the address. Without it each of those would count
// as if it were chance by itself, and housemates would pass for doubles.
type Circle struct {
	Name   string
	Shared []bool      // which fields may be the same for this reason; the others are as between strangers
	Prior  float64     // share of all pairs
	V      [][]float64 // what U is for strangers; [field][level], of shared fields
}

// circled is what the circles take off a weight: it says how much likelier the
// agreement is between any two different ones than between strangers. shares
// are the levels of the fields, -1 where missing, and us what chance gives each.
func (m *Model) circled(levels []int8, us []float64) float64 {
	sum := m.strangers()
	for _, c := range m.Circles {
		sum += c.Prior * c.likelier(levels, us)
	}
	return -math.Log2(sum / (1 - m.Prior))
}

// likelier is how many times likelier what is seen is within the circle than
// between strangers.
func (c Circle) likelier(levels []int8, us []float64) float64 {
	times := 1.
	for i, l := range levels {
		if l >= 0 && c.Shared[i] {
			times *= max(c.V[i][l], floor) / us[i]
		}
	}
	return times
}

// circlesOf are the circles of the fields of a plain file. In a street the area
// is the same; in a home, or on the premises of a firm, all but what belongs to
// one alone: a first name, a day of birth, a number given out; of firms the name.
func circlesOf(kinds []Kind) (circles []Circle) {
	area, home := make([]bool, len(kinds)), make([]bool, len(kinds))
	areas, alone, person := 0, 0, false
	for _, k := range kinds {
		person = person || k == KindGiven || k == KindFamily
	}
	for i, k := range kinds {
		switch k {
		case KindStreet, KindPostcode, KindCity, KindRegion, KindCountry:
			area[i], home[i] = true, true
			areas++
		case KindGiven, KindDate, KindCode:
			alone++
		case KindCompany:
			home[i] = person
			if !person {
				alone++
			}
		default:
			home[i] = true
		}
	}
	if areas > 1 {
		circles = append(circles, Circle{Name: "area", Shared: area})
	}
	if areas > 0 && alone > 0 {
		circles = append(circles, Circle{Name: "home", Shared: home})
	}
	return circles
}

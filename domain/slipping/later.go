package slipping

import (
	"kring/base/day"
	"kring/base/fault"
)

// MostLater is how many days a relation at risk can be put off.
const MostLater = 366

// ErrLater says until when a relation can be put off.
var ErrLater = fault.New(fault.Invalid, "slipping.later", "put it off until a day after today, within a year")

// Later checks a day until which a relation at risk is put off.
func Later(until, today day.Day) error {
	if until <= today || today.Until(until) > MostLater {
		return fault.Field("until", ErrLater)
	}
	return nil
}

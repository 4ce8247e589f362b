package day

import (
	"sync"
	"time"
)

var zones sync.Map // of name: *time.Location; reading one takes a file

// Zone is the time zone of that name, UTC when there is none. It is read from
// disk once: a page of a list asks for it a hundred times.
func Zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, z)
	return z
}

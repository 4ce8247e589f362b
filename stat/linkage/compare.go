package linkage

// The comparers give a level from 0 (different) to exact, or -1 when either
// value is missing. They expect values in one form; see normalise.go.

// NameLevels is the number of levels of Name and Text.
const NameLevels = 4

// CodeLevels is the number of levels of Code, Date and Phone.
const CodeLevels = 3

// Name compares names: 3 exact, 2 from .92 Jaro-Winkler, 1 from .80, else 0.
func Name(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 3
	}
	switch jw := JaroWinkler(a, b); {
	case jw >= .92:
		return 2
	case jw >= .80:
		return 1
	}
	return 0
}

// Text compares a longer text, such as a street, as Name does.
func Text(a, b string) int { return Name(a, b) }

// Code compares numbers and codes, in which each sign counts: 2 exact, 1 one
// sign other, lacking, too many or swapped with its neighbour, else 0.
func Code(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 2
	case len(a)-len(b) > 4 || len(b)-len(a) > 4:
		return 0 // letters have at most four bytes
	case OSA(a, b) == 1:
		return 1
	}
	return 0
}

// Date compares days as 20261130: 2 exact, 1 one digit other or swapped, or day
// and month swapped, else 0.
func Date(a, b string) int {
	if level := Code(a, b); level != 0 {
		return level
	}
	if len(a) == 8 && len(b) == 8 && a[:4] == b[:4] && a[4:6] == b[6:] && a[6:] == b[4:6] {
		return 1
	}
	return 0
}

// Phone compares numbers in their one form, as Code does.
func Phone(a, b string) int { return Code(a, b) }

// Exact compares what is the same or not: 1 exact, else 0.
func Exact(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 1
	}
	return 0
}

// Package linkage tells whether two records are about the same person or
// company: how alike two texts are (Jaro-Winkler, edit distances, Soundex), and
// what all comparisons together say (Fellegi & Sunter 1969), with weights
// learned from the file itself by EM (Winkler 1988).
//
// Everything here is pure and gives the same answer for the same input. What a
// record of Kring is does not live here: records are rows of texts, brought to
// one form first by the functions of normalise.go.
package linkage

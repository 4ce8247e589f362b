package linkage

import "kring/base/fold"

// sounds are the digits of the letters a to z: 0 is a vowel, which parts two
// equal sounds, and '-' is h or w, which does not.
const sounds = "01230120022455012623010202"

// Soundex is the American sound code of a name: its first letter and three
// digits (Russell 1918, as the National Archives lay it down). Robert and Rupert
// are R163. A text without letters has none.
func Soundex(s string) string {
	code := make([]byte, 0, 4)
	var last byte
	for _, r := range fold.Key(s) {
		if r < 'a' || r > 'z' {
			if len(code) > 0 && r == ' ' {
				break // only the first word sounds
			}
			continue
		}
		sound := sounds[r-'a']
		switch {
		case len(code) == 0:
			code = append(code, byte(r)-'a'+'A')
		case r == 'h' || r == 'w':
			continue
		case sound != '0' && sound != last:
			code = append(code, sound)
		}
		last = sound
		if len(code) == 4 {
			break
		}
	}
	if len(code) == 0 {
		return ""
	}
	return (string(code) + "000")[:4]
}

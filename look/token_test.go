package look_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pairs are the pairs of ui.md 2.1 with the contrast they need.
const pairs = `
ink paper 4.5 | ink raise 4.5 | ink-2 paper 4.5 | ink-3 paper 4.5 | ink-3 raise 4.5 | ink-3 sunken 4.5
ink-3 hover 4.5 | ink-3 canvas 4.5 | ink-3 select 4.5 | on-accent accent 4.5 | on-accent accent-hover 4.5
accent paper 4.5 | accent raise 4.5 | accent wash 4.5 | accent canvas 4.5 | accent select 4.5
vivid paper 3 | vivid raise 3 | control paper 3 | control raise 3 | focus paper 3 | focus canvas 3
pot paper 3 | nieuw paper 3 | loyaal paper 3 | ex paper 3 | bad paper 3
pot-t pot-w 4.5 | nieuw-t nieuw-w 4.5 | loyaal-t loyaal-w 4.5 | ex-t ex-w 4.5
bad-t bad-w 4.5 | good-t good-w 4.5 | warn-t warn-w 4.5 | paper ink 4.5
ink canvas 4.5 | ink-2 canvas 4.5 | ink-2 raise 4.5 | ink-2 sunken 4.5 | ink-2 hover 4.5 | ink-2 line 4.5
ink wash 4.5 | ink select 4.5 | bad-t paper 4.5 | bad-t raise 4.5 | good-t paper 4.5 | warn-t paper 4.5 | accent sunken 4.5 | good raise 3`

var token = regexp.MustCompile(`--([\w-]+): light-dark\(oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\), oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)\);`)

// TestContrast computes each pair from the stylesheet itself, light and dark.
func TestContrast(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("css/token.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string][2]float64{}
	for _, m := range token.FindAllStringSubmatch(string(text), -1) {
		colours[m[1]] = [2]float64{luminance(m[2], m[3], m[4]), luminance(m[5], m[6], m[7])}
	}
	for _, pair := range strings.FieldsFunc(pairs, func(r rune) bool { return r == '|' || r == '\n' }) {
		parts := strings.Fields(pair)
		if len(parts) == 0 {
			continue
		}
		front, ok1 := colours[parts[0]]
		back, ok2 := colours[parts[1]]
		need, _ := strconv.ParseFloat(parts[2], 64)
		if !ok1 || !ok2 {
			t.Errorf("no token for %s", pair)
			continue
		}
		for i, scheme := range []string{"light", "dark"} {
			high, low := max(front[i], back[i]), min(front[i], back[i])
			if got := (high + .05) / (low + .05); got < need {
				t.Errorf("%s on %s, %s: %.2f, needs %s", parts[0], parts[1], scheme, got, parts[2])
			}
		}
	}
}

// luminance is the relative luminance (WCAG 2.2) of an OKLCH colour.
func luminance(l, c, h string) float64 {
	lightness, _ := strconv.ParseFloat(l, 64)
	chroma, _ := strconv.ParseFloat(c, 64)
	hue, _ := strconv.ParseFloat(h, 64)
	lightness /= 100
	a, b := chroma*math.Cos(hue*math.Pi/180), chroma*math.Sin(hue*math.Pi/180)
	cube := func(f float64) float64 { return f * f * f }
	long := cube(lightness + .3963377774*a + .2158037573*b)
	medium := cube(lightness - .1055613458*a - .0638541728*b)
	short := cube(lightness - .0894841775*a - 1.2914855480*b)
	clamp := func(f float64) float64 { return max(0, min(1, f)) }
	red := clamp(4.0767416621*long - 3.3077115913*medium + .2309699292*short)
	green := clamp(-1.2684380046*long + 2.6097574011*medium - .3413193965*short)
	blue := clamp(-.0041960863*long - .7034186147*medium + 1.7076147010*short)
	return .2126*red + .7152*green + .0722*blue
}

// TestOnlyTokens keeps colours out of the parts: they have the tokens.
func TestOnlyTokens(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("css/*.css")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d stylesheets: %v", len(names), err)
	}
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|oklch\([^)]*\)`)
	for _, name := range names {
		if strings.HasSuffix(name, "token.css") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range colour.FindAllString(string(text), -1) {
			if !strings.HasPrefix(found, "oklch(100% 0 0") && !strings.HasPrefix(found, "oklch(18% .01 264 /") {
				t.Errorf("%s: %s is no token", name, found)
			}
		}
	}
}

package look

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

var drawing = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)

// drawings holds the inside of every Lucide icon that Kring uses.
var drawings = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, name := range list("icon") {
		inside := drawing.FindSubmatch(load(name))
		plain := strings.TrimSuffix(strings.TrimPrefix(name, "icon/"), ".svg")
		out[plain] = strings.Join(strings.Fields(string(inside[1])), " ")
	}
	return out
})

type drawn struct {
	name string
	size int
}

var icons sync.Map // drawn → markup

// Icon draws a Lucide icon, decorative: the words beside it or the label of
// its button say what it means. Sizes are 14, 16, 18 and 22.
func Icon(name string, size int) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		markup, err := iconMarkup(name, size)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, markup)
		return err
	})
}

func iconMarkup(name string, size int) (string, error) {
	if markup, ok := icons.Load(drawn{name, size}); ok {
		return markup.(string), nil
	}
	inside, ok := drawings()[name]
	if !ok {
		return "", fmt.Errorf("look: no icon %q in look/icon", name)
	}
	markup := fmt.Sprintf(`<svg class="icon" width="%s" height="%s" viewBox="0 0 24 24" fill="none"`+
		` stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"`+
		` aria-hidden="true">%s</svg>`, rem(size), rem(size), inside)
	icons.Store(drawn{name, size}, markup)
	return markup, nil
}

// rem writes a size drawn in pixels so that it follows the reader's letters.
func rem(px int) string {
	return strconv.FormatFloat(float64(px)/16, 'f', -1, 64) + "rem"
}

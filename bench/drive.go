package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"kring/base/day"
)

// line is one connection of a client: it writes requests that were made before
// and reads answers, so that the client costs little beside the server.
type line struct {
	c  net.Conn
	in *bufio.Reader
}

func dial(addr string) (*line, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &line{c: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

// ask sends a request and gives status and size of the answer; the body too
// when keep.
func (l *line) ask(request []byte, keep bool) (status, size int, body []byte, err error) {
	if _, err = l.c.Write(request); err != nil {
		return 0, 0, nil, err
	}
	first, err := l.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, nil, err
	}
	if len(first) < 12 {
		return 0, 0, nil, fmt.Errorf("an answer begins with %q", first)
	}
	status, err = strconv.Atoi(string(first[9:12]))
	if err != nil {
		return 0, 0, nil, err
	}
	length, chunked := 0, false
	for {
		h, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, 0, nil, err
		}
		if len(h) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(h, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil {
				return 0, 0, nil, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	take := func(n int) error {
		size += n
		if keep {
			at := len(body)
			body = append(body, make([]byte, n)...)
			_, err := io.ReadFull(l.in, body[at:])
			return err
		}
		_, err := l.in.Discard(n)
		return err
	}
	if !chunked {
		return status, length, body, func() error { err := take(length); size = length; return err }()
	}
	for {
		h, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, 0, nil, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(h)), 16, 32)
		if err != nil {
			return 0, 0, nil, err
		}
		if n > 0 {
			if err := take(int(n)); err != nil {
				return 0, 0, nil, err
			}
		}
		if _, err := l.in.ReadSlice('\n'); err != nil {
			return 0, 0, nil, err
		}
		if n == 0 {
			return status, size, body, nil
		}
	}
}

// get makes a request once; auth is a header line.
func (r *run) get(addr, path, auth string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", path, addr, auth)
}

func (r *run) post(addr, path, auth, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n\r\n%s", path, addr, len(body), auth, body)
}

// driven is what the clients saw.
type driven struct {
	rate   float64
	took   []time.Duration // sorted
	bytes  int             // of the middle answer
	errors int
}

func (d driven) at(share float64) float64 {
	if len(d.took) == 0 {
		return 0
	}
	return float64(d.took[min(len(d.took)-1, int(share*float64(len(d.took))))].Microseconds()) / 1000
}

// drive lets the clients ask for the wanted time; next gives the request of a
// client, and its number. What is asked in the first tenth does not count.
func (r *run) drive(addr string, want int, next func(client, n int) []byte) (driven, error) {
	type seen struct {
		took   []time.Duration
		sizes  []int
		errors int
		err    error
	}
	all := make([]seen, r.Clients)
	var wg sync.WaitGroup
	begin := time.Now()
	warm := begin.Add(time.Duration(r.Seconds * 0.1 * float64(time.Second)))
	end := begin.Add(time.Duration(r.Seconds * 1.1 * float64(time.Second)))
	for i := range all {
		wg.Go(func() {
			s := &all[i]
			l, err := dial(addr)
			if err != nil {
				s.err = err
				return
			}
			defer l.c.Close() //nolint:errcheck // only measured
			for n := 0; ; n++ {
				request := next(i, n)
				at := time.Now()
				if at.After(end) || r.ctx.Err() != nil {
					return
				}
				status, size, _, err := l.ask(request, false)
				if err != nil {
					s.err = err
					return
				}
				if at.Before(warm) {
					continue
				}
				s.took = append(s.took, time.Since(at))
				s.sizes = append(s.sizes, size)
				if status != want {
					s.errors++
				}
			}
		})
	}
	wg.Wait()
	var d driven
	var sizes []int
	for _, s := range all {
		if s.err != nil {
			return d, s.err
		}
		d.took, sizes, d.errors = append(d.took, s.took...), append(sizes, s.sizes...), d.errors+s.errors
	}
	if len(d.took) == 0 {
		return d, errors.New("nothing was answered")
	}
	slices.Sort(d.took)
	slices.Sort(sizes)
	d.bytes, d.rate = sizes[len(sizes)/2], float64(len(d.took))/r.Seconds
	return d, r.ctx.Err()
}

// path is one thing to measure.
type path struct {
	name   string // the same whatever the size of the world
	path   string // what is said instead of the name
	budget string
	want   int
	next   func(client, n int) []byte
	met    func(Row) bool
	driver string // what the bare driver does beside it
}

// measure drives every path that this program has.
func (r *run) measure() error {
	server := r.server.addr
	token, cookie := "Authorization: Bearer "+r.world.Token, "Cookie: "+r.cookie
	some := func(client, n int) sample { return r.world.Sample[(client*7919+n)%len(r.world.Sample)] }
	fragments := r.fragments()
	deep, pages, err := r.deep(server, token)
	if err != nil {
		return err
	}
	nonce := time.Now().UnixMicro()
	const asked = "kind=organisation&sort=-updated_at&limit=50"
	const list = "/api/v1/accounts?" + asked
	search := func(words []string) func(c, n int) []byte {
		return func(c, n int) []byte {
			return r.get(server, "/api/v1/search?q="+url.QueryEscape(words[(c*31+n)%len(words)]), token)
		}
	}
	today := day.At(time.Now().UnixMilli(), time.UTC)
	span := func(n int) string { // a year that ended on one of the last hundred days
		until := today.Add(-n % 100)
		return "from=" + string(until.Months(-12)) + "&until=" + string(until)
	}
	months := "from=" + string(today.Months(-23)) + "&until=" + string(today)
	quick := func(w Row) bool { return w.Rate >= 1500 && w.P99 <= 30 }
	paths := []path{
		{name: "API read of one account", budget: "≥ 0.30 of bare, ≥ 0.70 of driver + handler, p99 ≤ 5 ms", want: 200, driver: "/visit",
			next: func(c, n int) []byte { return r.get(server, "/api/v1/accounts/"+some(c, n).ID.String(), token) },
			met:  func(w Row) bool { return w.Ratio >= 0.30 && w.Against >= 0.70 && w.P99 <= 5 }},
		{name: "API list of 50, filtered, sorted", budget: "≥ 0.07 of bare, ≥ 0.60 of the bare driver, p99 ≤ 20 ms", want: 200, driver: "/page?of=" + url.QueryEscape(asked),
			next: func(int, int) []byte { return r.get(server, list, token) },
			met:  func(w Row) bool { return w.Ratio >= 0.07 && w.Against >= 0.60 && w.P99 <= 20 }},
		{name: "API list of 50, a late page", path: fmt.Sprintf("API list of 50, page %s", thousands(pages)), budget: "within 1.1 × page 1", want: 200,
			next: func(int, int) []byte { return r.get(server, list+"&cursor="+url.QueryEscape(deep), token) },
			met:  func(w Row) bool { return w.Rate >= r.report.Rows[1].Rate/1.1 }},
		{name: "API list of 50, by owner, town, tag, phone …", budget: "p99 ≤ 20 ms", want: 200,
			next: func(c, n int) []byte {
				return r.get(server, "/api/v1/accounts?limit=50&"+r.world.Lists[(c*5+n)%len(r.world.Lists)], token)
			},
			met: func(w Row) bool { return w.P99 <= 20 }},
		{name: "API search, a fragment", budget: "≥ 1,500 /s, p99 ≤ 30 ms", want: 200, next: search(fragments), met: quick},
		{name: "API search, two letters", budget: "≥ 1,500 /s, p99 ≤ 30 ms", want: 200, next: search(r.parts(2)), met: quick},
		{name: "API search, inside a word or number", budget: "≥ 1,500 /s, p99 ≤ 30 ms", want: 200, next: search(r.parts(5)), met: quick},
		{name: "picker of accounts (HTML)", budget: "p99 ≤ 30 ms", want: 200,
			next: func(c, n int) []byte {
				return r.get(server, "/accounts/pick?q="+url.QueryEscape(fragments[(c*31+n)%len(fragments)]), cookie)
			}, met: func(w Row) bool { return w.P99 <= 30 }},
		{name: "account page (HTML)", budget: "≥ 800 /s, p99 ≤ 30 ms", want: 200,
			next: func(c, n int) []byte { return r.get(server, "/accounts/"+some(c, n).ID.String(), cookie) },
			met:  func(w Row) bool { return w.Rate >= 800 && w.P99 <= 30 }},
		{name: "list page (HTML)", budget: "≥ 400 /s, p99 ≤ 50 ms", want: 200,
			next: func(int, int) []byte { return r.get(server, "/accounts?kind=organisation&sort=-updated_at", cookie) },
			met:  func(w Row) bool { return w.Rate >= 400 && w.P99 <= 50 }},
		{name: "API ring of a year", budget: "p99 ≤ 50 ms", want: 200,
			next: func(c, n int) []byte { return r.get(server, "/api/v1/ring?"+span(c*7+n), token) }, met: func(w Row) bool { return w.P99 <= 50 }},
		{name: "API ring, 24 months", budget: "p99 ≤ 200 ms", want: 200,
			next: func(c, n int) []byte { return r.get(server, "/api/v1/ring/months?"+months, token) }, met: func(w Row) bool { return w.P99 <= 200 }},
		{name: "API list of 50, by phase on a day", budget: "p99 ≤ 50 ms", want: 200,
			next: func(c, n int) []byte {
				return r.get(server, "/api/v1/accounts?limit=50&phase="+[]string{"potential", "new", "loyal", "ex"}[n%4]+"&phase_on="+string(today.Add(-(c*31+n*7)%700)), token)
			}, met: func(w Row) bool { return w.P99 <= 50 }},
		{name: "ring page (HTML)", budget: "≥ 400 /s, p99 ≤ 50 ms", want: 200,
			next: func(int, int) []byte { return r.get(server, "/kring", cookie) },
			met:  func(w Row) bool { return w.Rate >= 400 && w.P99 <= 50 }},
		{name: "list page (HTML), counted anew", budget: "p99 ≤ 50 ms", want: 200,
			next: func(c, n int) []byte {
				return r.get(server, "/accounts?"+r.world.Lists[(c*5+n)%len(r.world.Lists)], cookie)
			},
			met: func(w Row) bool { return w.P99 <= 50 }},
		{name: "API durable create", budget: "≥ 0.60 of the bare driver, p99 ≤ 30 ms", want: 201, driver: "/create?",
			next: func(c, n int) []byte { return r.post(server, "/api/v1/accounts", token, newcomer(c, n, nonce)) },
			met:  func(w Row) bool { return w.Against >= 0.60 && w.P99 <= 30 }},
	}
	for _, p := range paths {
		if err := r.one(p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	r.report.Loaded = memory(r.server.cmd.Process.Pid, "VmHWM")
	return nil
}

func (r *run) one(p path) error {
	l, err := dial(r.server.addr)
	if err != nil {
		return err
	}
	status, size, body, err := l.ask(p.next(r.Clients, 0), true)
	l.c.Close() //nolint:errcheck // asked once
	if err != nil {
		return err
	}
	row := Row{Name: p.name, Path: cmp.Or(p.path, p.name), Bytes: size, Budget: p.budget}
	if status == http.StatusNotFound {
		r.say("  %s: not here yet", p.name)
		return nil
	}
	if status != p.want {
		return fmt.Errorf("answers %d: %.200s", status, body)
	}
	d, err := r.drive(r.server.addr, p.want, p.next)
	if err != nil {
		return err
	}
	row.Rate, row.P50, row.P95, row.P99, row.Bytes, row.Errors = d.rate, d.at(.5), d.at(.95), d.at(.99), d.bytes, d.errors
	nothing := r.get(r.bare.addr, fmt.Sprintf("/bytes?n=%d", row.Bytes), "")
	nothing = bytes.Replace(nothing, []byte("\r\n\r\n\r\n"), []byte("\r\n\r\n"), 1)
	bare, err := r.drive(r.bare.addr, 200, func(int, int) []byte { return nothing })
	if err != nil {
		return err
	}
	row.Bare, row.Ratio = bare.rate, d.rate/bare.rate
	switch {
	case p.driver == "/visit":
		visit := bytes.Replace(r.get(r.bare.addr, fmt.Sprintf("/visit?n=%d", row.Bytes), ""), []byte("\r\n\r\n\r\n"), []byte("\r\n\r\n"), 1)
		b, err := r.drive(r.bare.addr, 200, func(int, int) []byte { return visit })
		if err != nil {
			return err
		}
		row.Driver = b.rate
	case p.driver != "":
		if row.Driver, err = r.alone(p.driver); err != nil {
			return err
		}
	}
	if row.Driver > 0 {
		row.Against = row.Rate / row.Driver
	}
	met := p.met(row) && row.Errors == 0
	row.Met = &met
	r.report.Rows = append(r.report.Rows, row)
	r.say("  %-36s %8.0f /s  p99 %6.2f ms", p.name, row.Rate, row.P99)
	return nil
}

// alone lets the bare driver work, without a handler above it.
func (r *run) alone(at string) (float64, error) {
	res, err := http.Get(fmt.Sprintf("http://%s%s&seconds=%g&clients=%d", r.bare.addr, at, r.Seconds, r.Clients))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	var said struct {
		Rate  float64
		Error string
	}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		return 0, err
	}
	if said.Error != "" {
		return 0, errors.New(said.Error)
	}
	return said.Rate, nil
}

// newcomer is an account that somebody adds.
func newcomer(c, n int, nonce int64) string {
	firms := []string{"Proefbedrijf %d-%d", "Meting %d-%d BV", "Zorghuis %d-%d"}
	name := fmt.Sprintf(firms[n%len(firms)], c, n)
	return fmt.Sprintf(`{"name":%q,"kind":"organisation","phones":[{"number":"038 %07d"}],"emails":[{"address":"info%d.%d.%d@proef.example"}],"addresses":[{"city":"Zwolle","postcode":"8021 AB"}],"tags":["meting"]}`,
		name, 2000000+(c*100003+n)%7999999, nonce, c, n)
}

// parts are pieces of n letters or digits of names, numbers and addresses: of
// two letters their beginning, longer ones from the middle.
func (r *run) parts(n int) (all []string) {
	for i, s := range r.world.Sample {
		from := []rune(strings.ToLower(strings.Fields(s.Name)[0]))
		if n > 2 && i%3 == 1 && len(s.Phone) > n+3 {
			from = []rune(s.Phone[3:])
		} else if n > 2 && i%3 == 2 {
			host, _, _ := strings.Cut(s.Email, ".")
			from = []rune(host[strings.IndexByte(host, '@')+1:])
		}
		if len(from) > n && n > 2 {
			at := 1 + r.rng.IntN(len(from)-n)
			all = append(all, string(from[at:at+n]))
		} else if len(from) >= 2 {
			all = append(all, string(from[:2]))
		}
	}
	if len(all) == 0 {
		all = []string{"ba"}
	}
	return all
}

// fragments are what people type: beginnings of words of a name, parts of a
// number, beginnings of an address.
func (r *run) fragments() (all []string) {
	for i, s := range r.world.Sample {
		words := strings.Fields(s.Name)
		word := []rune(words[r.rng.IntN(len(words))])
		switch {
		case i%4 == 1 && len(s.Phone) > 8:
			all = append(all, s.Phone[len(s.Phone)-6:])
		case i%4 == 2 && len(s.Email) > 6:
			all = append(all, s.Email[:6])
		case i%4 == 3 && len(words) > 1:
			all = append(all, string([]rune(words[0])[:min(3, len([]rune(words[0])))])+" "+string([]rune(words[1])[:min(3, len([]rune(words[1])))]))
		case len(word) > 2:
			all = append(all, string(word[:2+r.rng.IntN(min(4, len(word)-1))]))
		}
	}
	if len(all) == 0 {
		all = []string{"ba"}
	}
	return all
}

// deep walks to page 10,000, or to the last but one.
func (r *run) deep(addr, auth string) (cursor string, page int, err error) {
	l, err := dial(addr)
	if err != nil {
		return "", 0, err
	}
	defer l.c.Close() //nolint:errcheck // only read from
	path := "/api/v1/accounts?kind=organisation&sort=-updated_at&limit=200"
	page = 1
	for page < 10_000 {
		at := path
		if cursor != "" {
			at += "&cursor=" + url.QueryEscape(cursor)
		}
		status, _, body, err := l.ask(r.get(addr, at, auth), true)
		if err != nil || status != http.StatusOK {
			return cursor, page, err // a program without this path has nothing to measure there
		}
		var said struct {
			Next *string `json:"next"`
		}
		if err := json.Unmarshal(body, &said); err != nil {
			return "", 0, err
		}
		if said.Next == nil || *said.Next == "" {
			break
		}
		cursor, page = *said.Next, page+4
	}
	return cursor, page, nil
}

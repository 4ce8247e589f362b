package filter_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"
	_ "time/tzdata"

	"kring/base/id"
	"kring/domain/filter"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	ams, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	me, _ := id.Parse[id.Member](anna)
	team, _ := id.Parse[id.Team](anna)
	record, _ := id.Parse[id.Record](anna)
	ms := func(s string) int64 {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMilli()
	}
	type term struct {
		cmp  filter.Cmp
		args []any
	}
	for _, c := range []struct {
		in   string
		want []term
	}{
		{"name=Kade", []term{{filter.Equals, []any{"Kade"}}}},
		{"name=not:Kade", []term{{filter.Differs, []any{"Kade"}}}},
		{"city=in:Zwolle,Deventer", []term{{filter.Equals, []any{"Zwolle", "Deventer"}}}},
		{"city=none:Zwolle,Deventer", []term{{filter.Differs, []any{"Zwolle", "Deventer"}}}},
		{"note=contains:koffie", []term{{filter.Has, []any{"koffie"}}}},
		{"name=starts:De", []term{{filter.Begins, []any{"De"}}}},
		{"note=empty:", []term{{filter.Absent, nil}}},
		{"note=filled:", []term{{filter.Present, nil}}},
		{"tags=all:vip,pers", []term{{filter.HasAll, []any{"vip", "pers"}}}},
		{"tags=any:vip,pers", []term{{filter.Equals, []any{"vip", "pers"}}}},
		{"tags=not:vip", []term{{filter.Differs, []any{"vip"}}}},
		{"owner=me", []term{{filter.Equals, []any{me}}}},
		{"owner=" + anna, []term{{filter.Equals, []any{me}}}},
		{"team=" + anna, []term{{filter.Equals, []any{team}}}},
		{"account=" + anna, []term{{filter.Equals, []any{record}}}},
		{"size=gt:9.5", []term{{filter.Above, []any{9.5}}}},
		{"size=lt:9.5", []term{{filter.Below, []any{9.5}}}},
		{"size=between:1,2", []term{{filter.AtLeast, []any{1.0}}, {filter.AtMost, []any{2.0}}}},
		{"own.budget=gte:1000.5", []term{{filter.AtLeast, []any{int64(100050)}}}},
		{"own.budget=lte:0", []term{{filter.AtMost, []any{int64(0)}}}},
		{"own.vip=true", []term{{filter.Equals, []any{true}}}},
		{"own.vip=false", []term{{filter.Differs, []any{true}}}},
		{"phone=06-12345678", []term{{filter.Equals, []any{"+31612345678"}}}},

		{"own.since=2026-11-23", []term{{filter.AtLeast, []any{"2026-11-23"}}, {filter.AtMost, []any{"2026-11-23"}}}},
		{"own.since=after:2026-11-23", []term{{filter.AtLeast, []any{"2026-11-24"}}}},
		{"own.since=before:2026-11-23", []term{{filter.Below, []any{"2026-11-23"}}}},
		{"own.since=gte:2026-11-23", []term{{filter.AtLeast, []any{"2026-11-23"}}}},
		{"own.since=lte:2026-11-23", []term{{filter.AtMost, []any{"2026-11-23"}}}},
		{"own.since=empty:", []term{{filter.Absent, nil}}},
		{"own.since=within:90d", []term{{filter.AtLeast, []any{"2025-12-31"}}, {filter.AtMost, []any{"2026-03-31"}}}},
		{"own.since=older:1m", []term{{filter.Below, []any{"2026-02-28"}}}}, // a month before 31 March
		{"own.since=older:1y", []term{{filter.Below, []any{"2025-03-31"}}}},
		{"own.since=ahead:2w", []term{{filter.AtLeast, []any{"2026-03-31"}}, {filter.AtMost, []any{"2026-04-14"}}}},
		{"own.since=ahead:3m", []term{{filter.AtLeast, []any{"2026-03-31"}}, {filter.AtMost, []any{"2026-06-30"}}}},

		// A day in Amsterdam; 29 March 2026 has 23 hours.
		{"created_at=on:2026-03-29", []term{{filter.AtLeast, []any{ms("2026-03-28T23:00:00Z")}}, {filter.Below, []any{ms("2026-03-29T22:00:00Z")}}}},
		{"created_at=after:2026-03-29", []term{{filter.AtLeast, []any{ms("2026-03-29T22:00:00Z")}}}},
		{"created_at=before:2026-03-29", []term{{filter.Below, []any{ms("2026-03-28T23:00:00Z")}}}},
		{"created_at=between:2026-03-01,2026-03-29", []term{{filter.AtLeast, []any{ms("2026-02-28T23:00:00Z")}}, {filter.Below, []any{ms("2026-03-29T22:00:00Z")}}}},
		{"created_at=after:2026-03-29T10:00:00.5Z", []term{{filter.Above, []any{ms("2026-03-29T10:00:00.5Z")}}}},
		{"created_at=between:2026-03-29T10:00:00Z,2026-03-29T11:00:00Z", []term{{filter.AtLeast, []any{ms("2026-03-29T10:00:00Z")}}, {filter.AtMost, []any{ms("2026-03-29T11:00:00Z")}}}},
		{"created_at=within:0d", []term{{filter.AtLeast, []any{ms("2026-03-30T22:00:00Z")}}, {filter.Below, []any{ms("2026-03-31T22:00:00Z")}}}},
		{"created_at=older:90d", []term{{filter.Below, []any{ms("2025-12-30T23:00:00Z")}}}},
		{"created_at=filled:", []term{{filter.Present, nil}}},
	} {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			q, err := query(t, c.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []term
			for _, m := range q.Terms(filter.Lens{Me: me, Today: "2026-03-31", Zone: ams}) {
				got = append(got, term{m.Cmp, m.Args})
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
		})
	}
	q, _ := query(t, "created_at=on:2026-03-29")
	if got := q.Terms(filter.Lens{})[0].Args[0]; got != ms("2026-03-29T00:00:00Z") {
		t.Fatal(fmt.Sprint("without a zone it is UTC: ", got))
	}
}

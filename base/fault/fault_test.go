package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"kring/base/fault"
)

var errNoName = fault.New(fault.Invalid, "account.no_name", "a relation needs a name")

func TestFault(t *testing.T) {
	t.Parallel()
	t.Run("a copy is still the original", func(t *testing.T) {
		t.Parallel()
		err := fmt.Errorf("trail: %w", errNoName.With(fault.Params{"max": 3}))
		if !errors.Is(err, errNoName) {
			t.Fatal("With made another fault")
		}
		if errors.Is(err, fault.ErrFields) {
			t.Fatal("faults with other codes are not the same")
		}
	})
	t.Run("what is no fault is internal", func(t *testing.T) {
		t.Parallel()
		if got := fault.KindOf(errors.New("disk full")); got != fault.Internal {
			t.Fatalf("kind %s", got)
		}
	})
	t.Run("fields", func(t *testing.T) {
		t.Parallel()
		fs := fault.Fields{}
		if fs.Err() != nil {
			t.Fatal("no complaint is no error")
		}
		fs.Add("name", nil)
		fs.Add("name", errNoName)
		fs.Add("name", fault.New(fault.Invalid, "other", "second"))
		fs.Add("address", fault.Field("city", errNoName))
		f, _ := fault.From(fs.Err())
		if f.Kind != fault.Invalid || f.Fields["name"].Code != "account.no_name" || f.Fields["address.city"] == nil {
			t.Fatalf("%+v", f)
		}
		if want := "some fields are not right: address.city: a relation needs a name; name: a relation needs a name"; f.Error() != want {
			t.Fatalf("%q", f.Error())
		}
	})
	t.Run("wrap keeps the fault and names the place", func(t *testing.T) {
		t.Parallel()
		deed := func() (err error) {
			defer fault.Wrap(&err, "store.Account(%d)", 7)
			return errNoName
		}
		err := deed()
		if !errors.Is(err, errNoName) || err.Error() != "store.Account(7): a relation needs a name" {
			t.Fatal(err)
		}
	})
}

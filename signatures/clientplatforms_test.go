package signatures

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClientPlatforms(t *testing.T) {
	claim := func(k Kind, v string) Indicator { return Indicator{Kind: k, Value: v} }
	for _, c := range []struct {
		name   string
		client Client
		want   []Platform
	}{
		{"nothing", Client{}, []Platform{}},
		{"in a fixed order", Client{Claims: []Indicator{claim(APKPackage, "a"), claim(DebPackage, "a"), claim(PEProduct, "A")}},
			[]Platform{Windows, Linux, Android}},
		{"a program for Windows by its ending", Client{Claims: []Indicator{claim(FileName, "A.EXE"), claim(FileName, "a.bin")}}, []Platform{Windows}},
		{"a bundle id may be of either", Client{Claims: []Indicator{claim(BundleID, "a")}}, []Platform{MacOS, IOS}},
		{"a pin tells which", Client{
			Claims: []Indicator{claim(BundleID, "a")},
			Pins:   []Pin{{Platform: IOS, Product: []Indicator{claim(BundleID, "a")}}},
		}, []Platform{IOS}},
		{"a pin alone", Client{Pins: []Pin{{Platform: Linux}}}, []Platform{Linux}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.client.Platforms()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

package signatures

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseVersion(t *testing.T) {
	for _, test := range []struct {
		in   string
		want Version
	}{
		{"7", Version{Parts: []uint64{7}}},
		{"7.0", Version{Parts: []uint64{7, 0}}},
		{"v7.12.3", Version{Parts: []uint64{7, 12, 3}}},
		{" 8.20.0 ", Version{Parts: []uint64{8, 20, 0}}},
		{"2025.01.02", Version{Parts: []uint64{2025, 1, 2}}},
		{"6.22.0.107", Version{Parts: []uint64{6, 22, 0, 107}}},
		{"5, 1, 4, 10", Version{Parts: []uint64{5, 1, 4, 10}}},
		{"5,1,4,10", Version{Parts: []uint64{5, 1, 4, 10}}},
		{"8.20.0-beta.1", Version{Parts: []uint64{8, 20, 0}, Pre: "beta.1"}},
		{"8.20.0-beta.1+7", Version{Parts: []uint64{8, 20, 0}, Pre: "beta.1", Build: "7"}},
		{"8.20.0-rc-1", Version{Parts: []uint64{8, 20, 0}, Pre: "rc-1"}},
		{"1.2.3+git.1", Version{Parts: []uint64{1, 2, 3}, Build: "git.1"}},
		{"4.16.8 (12345)", Version{Parts: []uint64{4, 16, 8}, Build: "12345"}},
		{"4.16.8-beta (12345)", Version{Parts: []uint64{4, 16, 8}, Pre: "beta", Build: "12345"}},
		{"10.0.19041.1 (WinBuild.160101.0800)", Version{Parts: []uint64{10, 0, 19041, 1}, Build: "WinBuild.160101.0800"}},
		{"1:2.14.12-1+b1", Version{Parts: []uint64{2, 14, 12}, Build: "1+b1"}},
		{"4.6.5+ds-2+b1", Version{Parts: []uint64{4, 6, 5}, Build: "ds-2+b1"}},
		{"0.4.0-1~deb12u1", Version{Parts: []uint64{0, 4, 0}, Build: "1~deb12u1"}},
		{"4.0~rc1-2", Version{Parts: []uint64{4, 0}, Pre: "rc1", Build: "2"}},
		{"18446744073709551614", Version{Parts: []uint64{18446744073709551614}}},
	} {
		got, err := ParseVersion(test.in)
		if err != nil {
			t.Errorf("%q: %v", test.in, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.in, diff)
		}
	}
}

func TestParseVersionRefuses(t *testing.T) {
	for _, in := range []string{
		"", " ", "v", "vv1", "beta", ".1", "1.", "1..2", "1.2.3-", "1.2.3~", "1.2.3 beta", "1.2.3beta", "1.2.3-a..b",
		"1.2.3-b\x00", "-1", "1.2.3 (", "1.2.3 (4) x", "18446744073709551615", "99999999999999999999",
		"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", "x:1.2",
	} {
		if v, err := ParseVersion(in); err == nil {
			t.Errorf("%q is read as %v", in, v)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	rising := []string{
		"0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0", "1.0.0.1", "1.0.1", "1.2", "1.10", "1.10.0.2", "1.10.0.10", "2", "10.0.19041.1",
	}
	for i, a := range rising {
		for j, b := range rising {
			va, _ := ParseVersion(a)
			vb, _ := ParseVersion(b)
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := va.Compare(vb); got != want {
				t.Errorf("%s compared with %s is %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestVersionsThatAreEqual(t *testing.T) {
	for _, pair := range [][2]string{
		{"1", "1.0.0.0"}, {"1.2.3", "1.2.3 (77)"}, {"1.2.3-1", "1.2.3-2"}, {"4.0~rc1", "4.0.0-rc1"}, {"5, 1", "5.1"},
	} {
		a, _ := ParseVersion(pair[0])
		b, _ := ParseVersion(pair[1])
		if a.Compare(b) != 0 || b.Compare(a) != 0 {
			t.Errorf("%s and %s differ", pair[0], pair[1])
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"1.2.3", "6.22.0.107", "5, 1, 4, 10", "4.16.8 (12345)", "1:2.14.12-1+b1", "8.20.0-beta.1+7", "4.0~rc1-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVersion(s)
		if err != nil {
			return
		}
		again, err := ParseVersion(v.String())
		// A Debian pre-release that begins with a digit has no other spelling.
		if v.Pre != "" && isDigit(v.Pre[0]) {
			return
		}
		if err != nil || v.Compare(again) != 0 {
			t.Errorf("%q is read as %v, and that as %v: %v", s, v, again, err)
		}
	})
}

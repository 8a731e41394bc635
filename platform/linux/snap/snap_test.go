package snap

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

func list() *signatures.List {
	return linuxtest.List(signatures.Indicator{Kind: signatures.SnapName, Value: "signal-desktop"})
}

// host is a machine with two revisions of one snap, laid out as snapd does; the
// names and digests in it are synthetic.
var host = `
-- var/lib/snapd/snaps/signal-desktop_7.snap --
-- var/lib/snapd/snaps/signal-desktop_8.snap --
-- var/lib/snapd/snaps/core22_1.snap --
-- var/lib/snapd/snaps/core22_2.snap --
-- var/lib/snapd/snaps/partial/x --
-- var/lib/snapd/snaps/signal-desktop_-1.snap --
-- var/lib/snapd/assertions/asserts-v0/account/acc/active --
type: account
account-id: acc
display-name: A Publisher
username: a-publisher
validation: starred

c2lnbmF0dXJl
-- var/lib/snapd/assertions/asserts-v0/snap-declaration/16/abc/active --
type: snap-declaration
snap-id: abc
snap-name: another-name
publisher-id: nobody

-- var/lib/snapd/assertions/asserts-v0/snap-declaration/16/abc/active.4 --
type: snap-declaration
aliases:
  - snap-name: wrong
snap-id: abc
snap-name: signal-desktop
publisher-id: acc

snap-name: in-the-signature
-- var/lib/snapd/assertions/asserts-v0/snap-revision/d/active --
type: snap-revision
snap-sha3-384: ` + digest64 + `
snap-id: abc
snap-revision: 8

`

var digest64 = strings.Repeat("AAAA", 16)

func sequence(current string) string {
	return "-- var/lib/snapd/sequence/signal-desktop.json --\n{\"sequence\":[],\"current\":\"" + current + "\"}\n"
}

func TestFind(t *testing.T) {
	sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, host+sequence("8")+
		"-- snap/signal-desktop/8/meta/snap.yaml --\nname: signal-desktop\nversion: '7.1'\n-- snap/signal-desktop/8/opt/Signal/signal-desktop [mode=755] --\nx\n"), list())
	if len(sink.Gaps) > 0 || sink.Packages != 1 {
		t.Errorf("gaps %v, %d others", sink.Gaps, sink.Packages)
	}
	want := []platform.Candidate{{
		Lookup: "snap", Path: "var/lib/snapd/snaps/signal-desktop_8.snap", Format: signatures.Package,
		Product: "signal-desktop", Version: "7.1", Channel: "snap",
		Facts: []signatures.Fact{
			{Kind: signatures.SnapName, Value: "signal-desktop"}, {Kind: signatures.SnapRevision, Value: "8"},
			{Kind: signatures.PackageOrigin, Value: "Snap Store, A Publisher, a-publisher (starred)"},
		},
		Files: []platform.CandidateFile{
			{Path: "var/lib/snapd/snaps/signal-desktop_8.snap", SHA3384: strings.Repeat("0", 96)},
			{Path: "snap/signal-desktop/8/opt/Signal/signal-desktop", Program: true},
		},
	}}
	if diff := cmp.Diff(want, sink.Candidates); diff != "" {
		t.Error(diff)
	}
}

func TestWhichRevisions(t *testing.T) {
	for name, c := range map[string]struct {
		more string
		want int
		gaps int
	}{
		"no record":                    {"", 2, 1}, // and no assertion for 7
		"one that runs":                {sequence("7"), 1, 1},
		"one that is not there":        {sequence("9"), 2, 1},
		"a record that is no JSON":     {"-- var/lib/snapd/sequence/signal-desktop.json --\n{\n", 2, 2},
		"an assertion of another type": {sequence("8") + "-- var/lib/snapd/assertions/asserts-v0/account/b/active --\ntype: model\n", 1, 1},
	} {
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, host+c.more), list())
		if len(sink.Candidates) != c.want || len(sink.Gaps) != c.gaps {
			t.Errorf("%s: %d candidates, gaps %v", name, len(sink.Candidates), sink.Gaps)
		}
	}
}

func TestOrigin(t *testing.T) {
	second := "-- var/lib/snapd/assertions/asserts-v0/snap-declaration/16/xyz/active --\ntype: snap-declaration\nsnap-id: xyz\nsnap-name: signal-desktop\npublisher-id: acc\n\n"
	for name, c := range map[string]struct{ archive, want string }{
		"from the store":                  {host + sequence("8"), "Snap Store, A Publisher, a-publisher (starred)"},
		"from a file":                     {host + "-- var/lib/snapd/snaps/signal-desktop_x1.snap --\n" + sequence("x1"), ""},
		"a name that two snaps have":      {host + sequence("8") + second, ""},
		"a publisher without a statement": {strings.Replace(host, "account-id: acc", "account-id: other", 1) + sequence("8"), "Snap Store, acc"},
	} {
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, c.archive), list())
		if len(sink.Candidates) != 1 {
			t.Fatalf("%s: %v", name, sink.Candidates)
		}
		if got := linuxtest.Value(sink.Candidates[0].Facts, signatures.PackageOrigin); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte("type: account\naccount-id: x\nlist:\n  - a\n\nsignature"))
	f.Add([]byte("name: x\nversion: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(parseAssertion(in)) > maxHeaders {
			t.Error("too many headers")
		}
		var meta struct{ Version string }
		_ = unmarshal(in, &meta)
	})
}

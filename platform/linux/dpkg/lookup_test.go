package dpkg

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/signatures"
)

func find(t *testing.T, root platform.Root) *hosttest.Sink {
	t.Helper()
	if !(Lookup{}).Fits(root) {
		t.Fatal("the look-up does not fit")
	}
	sink := &hosttest.Sink{}
	if err := (Lookup{}).Find(context.Background(), root, hosttest.List(), sink); err != nil {
		t.Fatal(err)
	}
	return sink
}

func facts(pairs ...string) []signatures.Fact {
	var all []signatures.Fact
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, signatures.Fact{Kind: signatures.Kind(pairs[i]), Value: pairs[i+1]})
	}
	return all
}

func TestCandidates(t *testing.T) {
	sink := find(t, hosttest.Load(t, "debian-with-clients"))
	gone := signatures.Fact{Kind: signatures.PackageMissing, Value: "usr/lib/pidgin/gone.so", Place: "usr/lib/pidgin/gone.so"}
	want := []platform.Candidate{
		{
			Lookup: "dpkg", Path: "usr/bin/pidgin", Format: signatures.Package, Product: "pidgin",
			Version: "2:2.14.12-1", Arch: "amd64", Channel: "dpkg",
			Facts: append(append(facts(
				"deb.package", "pidgin", "deb.version", "2:2.14.12-1", "deb.source", "pidgin",
				"deb.maintainer", "Synthetic Maintainers <nobody@example.org>"), gone),
				facts("desktop.id", "pidgin.desktop")...),
			Files: []platform.CandidateFile{
				{Path: "etc/pidgin/prefs.conf", MD5: "1b2cf535f27731c974343645a3985328", Conffile: true},
				{Path: "usr/bin/pidgin", MD5: "5eb63bbbe01eeed093cb22bb8f5acdc3", Program: true},
				{Path: "usr/lib/pidgin/finch.so", MD5: "5eb63bbbe01eeed093cb22bb8f5acdc4", Program: true},
				{Path: "usr/share/applications/pidgin.desktop", MD5: "5eb63bbbe01eeed093cb22bb8f5acdc6"},
			},
			Record: &platform.Record{
				Archive:  "var/cache/apt/archives/pidgin_2%3a2.14.12-1_amd64.deb",
				Releases: []string{"var/lib/apt/lists/deb.example.org_dists_x_InRelease"},
				Indexes:  []string{"var/lib/apt/lists/deb.example.org_dists_x_main_binary-amd64_Packages.lz4"},
			},
		},
		{
			Lookup: "dpkg", Path: "usr/bin/dino-im", Format: signatures.Package, Product: "dino-im",
			Version: "0.4.0-1", Arch: "amd64", Channel: "dpkg",
			Facts: facts("deb.package", "dino-im", "deb.version", "0.4.0-1", "deb.source", "dino"),
			Files: []platform.CandidateFile{{Path: "usr/bin/dino-im", MD5: "6eb63bbbe01eeed093cb22bb8f5acdc3", Program: true}},
			// Its archive was not kept; the lists still say who has it.
			Record: &platform.Record{
				Releases: []string{"var/lib/apt/lists/deb.example.org_dists_x_InRelease"},
				Indexes:  []string{"var/lib/apt/lists/deb.example.org_dists_x_main_binary-amd64_Packages.lz4"},
			},
		},
	}
	// The copyright file is not excluded, and not there.
	want[0].Facts = append(want[0].Facts[:5:5], append([]signatures.Fact{{
		Kind: signatures.PackageMissing, Value: "usr/share/doc/pidgin/copyright", Place: "usr/share/doc/pidgin/copyright",
	}}, want[0].Facts[5:]...)...)
	if diff := cmp.Diff(want, sink.Candidates); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
	if sink.Packages != 2 {
		t.Errorf("looked at %d other packages, want 2", sink.Packages)
	}
	if len(sink.Gaps) != 0 {
		t.Errorf("gaps: %v", sink.Gaps)
	}
}

// summary is what the states and places of the other hosts come to.
type summary struct {
	Candidates []string // package version: files, ! for programs
	Gaps       []string // kind where
}

func summarise(sink *hosttest.Sink) summary {
	var s summary
	for _, c := range sink.Candidates {
		line := c.Product + " " + c.Version + ":"
		for _, f := range c.Files {
			mark := ""
			if f.Program {
				mark = "!"
			}
			line += " " + mark + f.Path + "=" + strings.TrimLeft(f.MD5[:min(4, len(f.MD5))], " ")
		}
		for _, f := range c.Facts {
			if f.Kind == signatures.PackageMissing {
				line += " missing " + f.Value
			}
		}
		s.Candidates = append(s.Candidates, line)
	}
	for _, g := range sink.Gaps {
		s.Gaps = append(s.Gaps, g.Kind+" "+g.Where+": "+g.Reason)
	}
	return s
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]summary{
		"corrupt-dpkg": {
			Candidates: []string{
				"pidgin 2.14.12-1:",
				"telegram-desktop 4.6.5: !usr/bin/telegram-desktop=7eb6",
			},
			Gaps: []string{
				"corrupt var/lib/dpkg/diversions: line 1: the file ends in the middle of a diversion",
				"corrupt var/lib/dpkg/status: line 4: not a field: no name and colon",
				"corrupt var/lib/dpkg/status: line 6: a paragraph without a package name",
				"corrupt var/lib/dpkg/status: line 13: a package begins inside another",
				"corrupt var/lib/dpkg/status: line 17: package gajim has a damaged status",
				"corrupt var/lib/dpkg/status: line 20: package dino-im has no status",
				"corrupt var/lib/dpkg/status: line 33: package telegram-desktop:amd64 is there twice",
				"missing var/lib/dpkg/info/pidgin.list: file does not exist",
				"missing var/lib/dpkg/info/pidgin.md5sums: file does not exist",
				"corrupt var/lib/dpkg/info/telegram-desktop.list: line 3: not an absolute path",
				"corrupt var/lib/dpkg/info/telegram-desktop.list: line 4: not an absolute path",
				"corrupt var/lib/dpkg/info/telegram-desktop.md5sums: line 1: not a digest and a path",
			},
		},
		"unreadable-dirs": {
			Candidates: []string{"pidgin 2.14.12-1: !usr/bin/pidgin="},
			Gaps: []string{
				"permission var/lib/dpkg/info/pidgin.md5sums: permission denied",
				"permission opt/pidgin/secret: permission denied",
			},
		},
		"rc-state": {
			Candidates: []string{"nheko 0.11.1: !usr/bin/nheko="},
			Gaps:       []string{"missing var/lib/dpkg/info/nheko.md5sums: file does not exist"},
		},
		"diverted": {
			Candidates: []string{
				"pidgin 2.14.12-1: !usr/bin/pidgin.distrib=aeb6 !usr/games/extra.real=aeb6",
				"dino-im 0.4.0-1: !usr/bin/pidgin=beb6",
			},
		},
		"foreign-links": {Candidates: []string{"pidgin 2.14.12-1: !bin/pidgin=ceb6"}},
		"planted-record": {
			Candidates: []string{"pidgin 2.14.12-1: !usr/bin/pidgin=eeb6"},
			Gaps: []string{
				"private-data home/ann/.purple/accounts.xml: chat data is never opened",
				"private-data usr/lib/pidgin/link: chat data is never opened",
				"private-data usr/lib/purple/logs/x.txt: chat data is never opened",
			},
		},
		"distroless": {Candidates: []string{"dino-im 0.4.0-1: !usr/bin/dino-im=deb6"}},
		"symlink-loop": {
			Candidates: []string{"pidgin 2.14.12-1: !usr/bin/purple-send=9eb6"},
			Gaps:       []string{"link-loop usr/bin/pidgin: too many symbolic links"},
		},
	} {
		t.Run(host, func(t *testing.T) {
			if diff := cmp.Diff(want, summarise(find(t, hosttest.Load(t, host)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFits(t *testing.T) {
	for host, want := range map[string]bool{"empty": false, "non-utf8": false, "diverted": true, "foreign-links": true} {
		if got := (Lookup{}).Fits(hosttest.Load(t, host)); got != want {
			t.Errorf("%s: fits %v, want %v", host, got, want)
		}
	}
}

func TestUnreadableStatus(t *testing.T) {
	root, err := hosttest.Parse([]byte("-- var/lib/dpkg/status [mode=000] --\nPackage: pidgin\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := summary{Gaps: []string{"permission var/lib/dpkg/status: permission denied"}}
	if diff := cmp.Diff(want, summarise(find(t, root))); diff != "" {
		t.Error(diff)
	}
}

func TestMissingStatus(t *testing.T) {
	root, err := hosttest.Parse([]byte("-- var/lib/dpkg/ --\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := summary{Gaps: []string{"missing var/lib/dpkg/status: file does not exist"}}
	if diff := cmp.Diff(want, summarise(find(t, root))); diff != "" {
		t.Error(diff)
	}
}

func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	err := Lookup{}.Find(ctx, hosttest.Load(t, "debian-with-clients"), hosttest.List(), &hosttest.Sink{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// A file that is nothing but damage must not fill the report.
func TestDamageIsBounded(t *testing.T) {
	root, err := hosttest.Parse([]byte("-- var/lib/dpkg/status --\n" + strings.Repeat("junk\n\n", 5000)))
	if err != nil {
		t.Fatal(err)
	}
	sink := find(t, root)
	if len(sink.Gaps) != maxGaps+1 {
		t.Errorf("%d gaps, want %d", len(sink.Gaps), maxGaps+1)
	}
	last := sink.Gaps[len(sink.Gaps)-1].Reason
	if want := fmt.Sprintf("%d more damaged places", 2*5000-maxGaps); last != want {
		t.Errorf("last gap %q, want %q", last, want)
	}
}

package process

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

func TestFind(t *testing.T) {
	list := linuxtest.List(signatures.Indicator{Kind: signatures.DebPackage, Value: "signal-desktop"})
	root := linuxtest.Host(t, "kind: live\n-- etc/hostname --\nx\n")
	if (Lookup{}).Fits(root) {
		t.Error("it fits a machine of which nothing is known")
	}
	root.Running = &platform.Running{Unreadable: 3, Programs: []platform.RunningProgram{
		{Path: "home/ann/.cache/x/signal-desktop"}, {Path: "usr/bin/bash"},
		{Path: "opt/old/signal-desktop", Deleted: true}, {Path: "opt/new/signal-desktop", Deleted: true, Kept: "proc/7/root/opt/new/signal-desktop"}, {Path: "app/signal-desktop", Elsewhere: true}, {Path: "home/ann/.config/Signal/signal-desktop"},
	}}
	sink := linuxtest.Find(t, Lookup{}, root, list)
	var got []string
	for _, c := range sink.Candidates {
		got = append(got, c.Path)
	}
	if diff := cmp.Diff([]string{"home/ann/.cache/x/signal-desktop", "proc/7/root/opt/new/signal-desktop"}, got); diff != "" {
		t.Error(diff)
	}
	want := []string{"missing opt/old/signal-desktop", "missing opt/new/signal-desktop", "elsewhere app/signal-desktop", "unrecorded home/ann/.cache/x/signal-desktop", "permission proc"}
	if diff := cmp.Diff(want, linuxtest.Kinds(sink.Gaps)); diff != "" {
		t.Error(diff)
	}
}

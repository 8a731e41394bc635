package plugins

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

func TestFind(t *testing.T) {
	debian := "-- var/lib/dpkg/status --\n\n-- var/lib/dpkg/info/pidgin.list --\n/.\n/usr/lib/pidgin/own.so\n/usr/lib/x86_64-linux-gnu/purple-2/libirc.so\n"
	for name, c := range map[string]struct {
		host       string
		want, gaps []string
	}{
		"of a package":           {debian + "-- usr/lib/pidgin/own.so --\nx\n-- usr/lib/x86_64-linux-gnu/purple-2/libirc.so --\nx\n", nil, nil},
		"beside a package":       {debian + "-- usr/lib/pidgin/own.so --\nx\n-- usr/lib/pidgin/more.so --\nx\n-- usr/lib/pidgin/notes.txt --\nx\n", []string{"usr/lib/pidgin/more.so"}, nil},
		"through a link":         {debian + "-- usr/lib64 [link=lib] --\n-- usr/lib/finch/x.so [link=/opt/y.so] --\n-- opt/y.so --\nx\n", []string{"usr/lib/finch/x.so"}, nil},
		"of a person":            {"-- home/ann/.purple/plugins/x.so [origin=https://example.org/x.so] --\nx\n-- home/ann/.purple/plugins/y.pl --\nx\n", []string{"home/ann/.purple/plugins/x.so origin=example.org", "home/ann/.purple/plugins/y.pl script"}, nil},
		"only what is code":      {"-- home/ann/.purple/accounts.xml --\nx\n-- home/ann/.purple/plugins/logs/x.so --\nx\n-- home/ann/.purple/plugins/z.xml --\nx\n", nil, nil},
		"a link to chat data":    {"-- home/ann/.purple/plugins/x.so [link=../accounts.xml] --\n-- home/ann/.purple/accounts.xml --\nx\n", nil, []string{"private-data home/ann/.purple/plugins/x.so"}},
		"the folder is a link":   {"-- home/ann/.purple/plugins [link=logs] --\n-- home/ann/.purple/logs/x.so --\nx\n", nil, []string{"private-data home/ann/.purple/plugins"}},
		"a damaged record":       {"-- var/lib/rpm/rpmdb.sqlite --\nx\n-- usr/lib64/pidgin/x.so --\nx\n", []string{"usr/lib64/pidgin/x.so undecided"}, []string{"unreadable var/lib/rpm/rpmdb.sqlite"}},
		"a record unread":        {"-- var/lib/rpm/Packages --\nx\n-- usr/lib64/pidgin/x.so --\nx\n", []string{"usr/lib64/pidgin/x.so undecided"}, []string{"unreadable var/lib/rpm/Packages"}},
		"of a person on Windows": {"os: windows\n-- Users/Ann/AppData/Roaming/.purple/plugins/X.DLL --\nx\n-- Users/Ann/AppData/Roaming/.purple/plugins/y.txt --\nx\n-- Users/All Users [link=/Users/Ann] --\n", []string{"Users/Ann/AppData/Roaming/.purple/plugins/X.DLL"}, nil},
		"of a running Windows":   {"kind: live\nos: windows\n-- C:/Users/Ann/AppData/Roaming/.purple/plugins/x.dll --\nx\n", []string{"C:/Users/Ann/AppData/Roaming/.purple/plugins/x.dll"}, nil},
		"nothing":                {"-- etc/hostname --\nx\n", nil, nil},
	} {
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, c.host), linuxtest.List())
		var got []string
		for _, found := range sink.Candidates {
			line := found.Path
			if found.Files[0].Script {
				line += " script"
			}
			if host := linuxtest.Value(found.Facts, signatures.OriginHost); host != "" {
				line += " origin=" + host
			}
			if linuxtest.Value(found.Facts, signatures.PlugInOf) != "pidgin" {
				line += " undecided"
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(c.gaps, linuxtest.Kinds(sink.Gaps)); diff != "" {
			t.Errorf("%s: gaps (-want +got):\n%s", name, diff)
		}
	}
}

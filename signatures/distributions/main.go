// Command distributions writes the digests of a distribution's own builds of
// chat clients for the signature list: signatures/data/distributions/*.yaml.
//
//	go run ./signatures/distributions -o signatures/data/distributions/debian-12-amd64.yaml
//
// It takes apt's package lists as they are on this machine (apt-get update
// first), downloads every version of the packages that they offer with apt-get
// into a temporary folder, and follows the chain that the distribution signs
// with the code that a scan uses: release file, package index, .deb, file.
// apt is only trusted to bring bytes; what does not verify is not written.
//
// A release file is the source of what follows from it, so each gets a file of
// its own: what bookworm-security offers goes to debian-12-security-amd64.yaml.
// The output holds nothing of the machine or the mirror: the same lists give the
// same files.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

// packages are the packages to describe, in order, by the client that each is a
// build of.
var packages = []struct{ client, name string }{
	{"dino", "dino-im"},
	{"gajim", "gajim"},
	{"hexchat", "hexchat"},
	{"linphone", "linphone-desktop"},
	{"mumble", "mumble"},
	{"nheko", "nheko"},
	{"pidgin", "pidgin"},
	{"psi-plus", "psi-plus"},
	{"qtox", "qtox"},
	{"telegram", "telegram-desktop"},
}

// target is the distribution that is described.
var target = struct{ id, name, codename, arch string }{"debian-12", "Debian 12 (bookworm)", "bookworm", "amd64"}

func main() {
	out := flag.String("o", "", "write the main release to this `file`, and others beside it")
	lists := flag.String("lists", "/var/lib/apt/lists", "`folder` with apt's package lists")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *lists, *out); err != nil {
		fmt.Fprintln(os.Stderr, "distributions:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, lists, out string) error {
	evidence, closeLists, err := readLists(lists)
	if err != nil {
		return fmt.Errorf("reading apt's lists: %w", err)
	}
	defer closeLists()
	builds, err := prove(ctx, evidence)
	if err != nil {
		return err
	}
	return write(out, builds)
}

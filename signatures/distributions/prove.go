package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/sign/aptrelease"
)

// build is one version of a package with what was proved about it.
type build struct {
	client   string
	proof    aptrelease.Proof
	programs []program
}

// prove follows the chain for every version of every package that a release of
// the target offers.
func prove(ctx context.Context, e aptrelease.Evidence) ([]build, error) {
	var wants []aptrelease.Want
	for _, p := range packages {
		wants = append(wants, aptrelease.Want{Package: p.name})
	}
	found, problems, err := aptrelease.FindAll(ctx, nil, e.Releases, e.Indexes, wants)
	if err != nil {
		return nil, fmt.Errorf("reading apt's lists: %w", err)
	}
	for _, p := range problems {
		fmt.Fprintf(os.Stderr, "left out: %s: %v\n", p.Name, p.Err)
	}
	var builds []build
	for _, p := range packages {
		count := len(builds)
		for _, l := range found {
			if l.Package != p.name || l.Release.Distribution != target.id {
				continue
			}
			b, err := proveOne(ctx, e, l)
			if err != nil {
				return nil, fmt.Errorf("following the chain of %s %s: %w", l.Package, l.Version, err)
			}
			b.client = p.client
			builds = append(builds, b)
			fmt.Fprintf(os.Stderr, "%s %s from %s: %d programs\n", l.Package, l.Version, b.proof.Codename, len(b.programs))
		}
		if len(builds) == count {
			return nil, fmt.Errorf("no release of %s offers %s", target.id, p.name)
		}
	}
	return unique(builds), nil
}

func proveOne(ctx context.Context, e aptrelease.Evidence, l aptrelease.Listed) (build, error) {
	dir, err := os.MkdirTemp("", "distributions-")
	if err != nil {
		return build{}, err
	}
	defer os.RemoveAll(dir)
	name, err := download(ctx, dir, l)
	if err != nil {
		return build{}, err
	}
	f, err := os.Open(name)
	if err != nil {
		return build{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return build{}, err
	}
	e.Archive, e.Size = f, info.Size()
	proof, err := aptrelease.Prove(ctx, e)
	if err != nil {
		return build{}, err
	}
	programs, err := programsOf(ctx, f, info.Size(), proof)
	if err != nil {
		return build{}, err
	}
	return build{proof: proof, programs: programs}, nil
}

// unique sorts builds and drops what two indexes list alike.
func unique(builds []build) []build {
	slices.SortStableFunc(builds, func(a, b build) int {
		return slices.Compare(
			[]string{a.proof.Codename, a.client, a.proof.Version},
			[]string{b.proof.Codename, b.client, b.proof.Version})
	})
	return slices.CompactFunc(builds, func(a, b build) bool {
		return a.proof.Codename == b.proof.Codename && strings.EqualFold(a.proof.Archive.SHA256, b.proof.Archive.SHA256)
	})
}

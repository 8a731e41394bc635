package authenticode

import (
	"bytes"

	"github.com/chatvet/chatvet/detect/inspect/msix"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// FormatInstalled is inventory.Signature.Format of an installed app package,
// whose signature is about all its files.
const FormatInstalled = "appx"

// InstalledFiles says how the files of an installed package compare with its block
// map.
type InstalledFiles struct {
	Changed    bool // one is not as listed
	Added      bool // a program is not listed
	Incomplete bool // not everything that a program loads was compared
}

// InstalledPackage gives the outcome for the signature of an installed package:
// the block map and, where there is one, the catalog are held against it, and the
// files count by their comparison with the block map.
func InstalledPackage(in *msix.Installed, files InstalledFiles, scope string, policy cms.Policy) []inventory.Signature {
	if in.Signature == nil {
		unsigned := Unsigned(scope)
		unsigned.Format = FormatInstalled
		return []inventory.Signature{unsigned}
	}
	var all []inventory.Signature
	for _, s := range Read(in.Signature, policy) {
		if s.Digest.Hash != 0 {
			s.settleInstalled(in, files)
		}
		all = append(all, s.Describe(FormatInstalled, scope))
	}
	return all
}

func (s *Signed) settleInstalled(in *msix.Installed, files InstalledFiles) {
	if s.Signer != nil && cms.MicrosoftName(s.Signer) != in.Publisher {
		s.Problems = append(s.Problems, inventory.ProblemPublisherMismatch)
	}
	signed := appDigests(s.Digest)
	sums := in.Digests(s.Digest.Hash.New)
	// A catalog that is gone leaves nothing unchecked: the files have the block map.
	catalog := sums[msix.PartCatalog]
	switch {
	case !s.about(oidSIPInfo) || signed == nil || !bytes.Equal(sums[msix.PartBlockMap], signed[msix.PartBlockMap]),
		catalog != nil && !bytes.Equal(catalog, signed[msix.PartCatalog]):
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	case files.Changed:
		s.spoil(inventory.Broken, inventory.ProblemBlockMapMismatch)
	case files.Added:
		s.spoil(inventory.Broken, inventory.ProblemUnsignedMember)
	case files.Incomplete:
		s.unverified()
	}
}

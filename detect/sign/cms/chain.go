package cms

import (
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

const (
	maxChain  = 10 // certificates from a signer to its root
	maxChecks = 64 // signatures that are checked for one chain
)

// Chain is the way from a signer's certificate to where it ends.
type Chain struct {
	Trust inventory.Trust
	// Problems say why it is not trusted, the most telling first.
	Problems []string
	// Certificates begin with the signer's; the last is the root where Trust is
	// Trusted.
	Certificates []*x509.Certificate
	// Valid is true where every certificate was valid at the time in question.
	Valid bool
}

// Usage is what a signer's certificate has to be for; UsageAny asks nothing.
type Usage = x509.ExtKeyUsage

// Usages that are asked for here.
const (
	UsageAny         = x509.ExtKeyUsageAny
	UsageCodeSigning = x509.ExtKeyUsageCodeSigning
	UsageTimeStamp   = x509.ExtKeyUsageTimeStamping
)

// Follow looks for the best chain from a certificate to a root, over the given
// intermediates. A chain that is complete and valid at the given time is best;
// failing that, the most telling failure is returned. RFC 5280, section 6.1.
func Follow(leaf *x509.Certificate, intermediates []*x509.Certificate, anchors *roots.Set, usage Usage, at time.Time) Chain {
	w := &walk{pool: intermediates, anchors: anchors, usage: usage, at: at, checks: maxChecks}
	if problem := w.leafProblem(leaf); problem != "" {
		return Chain{Trust: inventory.Untrusted, Problems: []string{problem}, Certificates: []*x509.Certificate{leaf}}
	}
	w.follow([]*x509.Certificate{leaf})
	return w.best
}

// walk is one search, depth first.
type walk struct {
	pool    []*x509.Certificate
	anchors *roots.Set
	usage   Usage
	at      time.Time
	checks  int // that may still be made
	best    Chain
	rank    int
}

// Ranks of how a chain can end, the best last.
const (
	rankNone = iota
	rankIncomplete
	rankUnknownRoot
	rankUnfit // complete, but some certificate may not do what it does
	rankRetired
	rankExpired // complete, but not valid at the time
	rankTrusted
)

// ends notes a chain if none better was found.
func (w *walk) ends(rank int, chain []*x509.Certificate, trust inventory.Trust, problems ...string) {
	if rank <= w.rank {
		return
	}
	w.rank = rank
	valid := !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return w.at.Before(c.NotBefore) || w.at.After(c.NotAfter) })
	w.best = Chain{Trust: trust, Problems: problems, Certificates: slices.Clone(chain), Valid: valid}
}

func (w *walk) follow(chain []*x509.Certificate) {
	last := chain[len(chain)-1]
	if root, ok := w.anchors.Find(last); ok {
		w.anchored(chain, root)
		return
	}
	if len(chain) == maxChain {
		w.ends(rankUnfit, chain, inventory.Untrusted, inventory.ProblemChainTooLong)
		return
	}
	found := false
	for _, issuer := range w.issuers(chain) {
		found = true
		if problem := w.issuerProblem(chain, issuer); problem != "" {
			w.ends(rankUnfit, append(slices.Clip(chain), issuer), inventory.Untrusted, problem)
			continue
		}
		w.follow(append(slices.Clip(chain), issuer))
		if w.rank == rankTrusted {
			return
		}
	}
	if found {
		return
	}
	switch {
	case !isSelfIssued(last):
		w.ends(rankIncomplete, chain, inventory.Untrusted, inventory.ProblemUntrustedRoot, inventory.ProblemIssuerMissing)
	case len(chain) == 1:
		w.ends(rankUnknownRoot, chain, inventory.SelfSigned, inventory.ProblemSelfSigned)
	default:
		w.ends(rankUnknownRoot, chain, inventory.Untrusted, inventory.ProblemUnknownRoot)
	}
}

func (w *walk) anchored(chain []*x509.Certificate, root roots.Root) {
	if root.Retired {
		w.ends(rankRetired, chain, inventory.Untrusted, inventory.ProblemUntrustedRoot, inventory.ProblemRetiredRoot)
		return
	}
	rank := rankTrusted
	for _, c := range chain {
		if w.at.Before(c.NotBefore) || w.at.After(c.NotAfter) {
			rank = rankExpired
		}
	}
	w.ends(rank, chain, inventory.Trusted)
}

// issuers are the certificates by whose key the last of a chain is signed,
// roots first.
func (w *walk) issuers(chain []*x509.Certificate) []*x509.Certificate {
	last := chain[len(chain)-1]
	var candidates []*x509.Certificate
	for _, r := range w.anchors.Named(last.RawIssuer) {
		candidates = append(candidates, r.Certificate)
	}
	for _, c := range w.pool {
		if string(c.RawSubject) == string(last.RawIssuer) {
			candidates = append(candidates, c)
		}
	}
	return slices.DeleteFunc(candidates, func(c *x509.Certificate) bool {
		known := slices.ContainsFunc(chain, func(d *x509.Certificate) bool { return d.Equal(c) })
		return known || !w.signed(c, last)
	})
}

// signed is true where child bears a signature by issuer's key. Unlike
// x509.Certificate.CheckSignatureFrom this accepts SHA-1; MD5 is refused.
func (w *walk) signed(issuer, child *x509.Certificate) bool {
	if w.checks == 0 {
		return false
	}
	w.checks--
	return issuer.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature) == nil
}

// leafProblem says why a certificate may not sign what is signed here.
func (w *walk) leafProblem(c *x509.Certificate) string {
	switch {
	case w.constrained(c):
		return inventory.ProblemConstrained
	case !w.permits(c, true), c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return inventory.ProblemWrongUsage
	}
	return ""
}

// issuerProblem says why a certificate may not stand above a chain. A root is
// trusted as it is.
func (w *walk) issuerProblem(chain []*x509.Certificate, c *x509.Certificate) string {
	if _, root := w.anchors.Find(c); root {
		return ""
	}
	below := 0 // intermediates between c and the signer, RFC 5280, 4.2.1.9
	for _, d := range chain[1:] {
		if !isSelfIssued(d) {
			below++
		}
	}
	switch {
	case !c.BasicConstraintsValid || !c.IsCA, c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
		return inventory.ProblemInvalidIssuer
	case (c.MaxPathLen > 0 || c.MaxPathLenZero) && below > c.MaxPathLen:
		return inventory.ProblemInvalidIssuer
	case !w.permits(c, false):
		return inventory.ProblemWrongUsage
	case w.constrained(c), constrainsNames(c) && hasNames(chain[0]):
		return inventory.ProblemConstrained
	}
	return ""
}

// permits is true where a certificate is for the usage that is asked for. A
// signer's has to say so; an issuer's may say nothing.
func (w *walk) permits(c *x509.Certificate, signer bool) bool {
	if w.usage == UsageAny || slices.Contains(c.ExtKeyUsage, w.usage) || slices.Contains(c.ExtKeyUsage, UsageAny) {
		return true
	}
	return !signer && len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0
}

// constrained is true where a certificate has conditions that nobody here
// understands, and says that they matter.
func (w *walk) constrained(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.UnhandledCriticalExtensions, func(id asn1.ObjectIdentifier) bool { return !w.anchors.Understands(id) })
}

// constrainsNames is true where an issuer may only issue for some names of
// kinds that Go reads; constraints of other kinds are unhandled if critical.
func constrainsNames(c *x509.Certificate) bool {
	return len(c.PermittedDNSDomains)+len(c.ExcludedDNSDomains)+len(c.PermittedIPRanges)+len(c.ExcludedIPRanges)+
		len(c.PermittedEmailAddresses)+len(c.ExcludedEmailAddresses)+len(c.PermittedURIDomains)+len(c.ExcludedURIDomains) > 0
}

func hasNames(c *x509.Certificate) bool {
	return len(c.DNSNames)+len(c.EmailAddresses)+len(c.IPAddresses)+len(c.URIs) > 0
}

func isSelfIssued(c *x509.Certificate) bool { return string(c.RawSubject) == string(c.RawIssuer) }

// lifetimeSigning is the usage of a certificate whose signatures end with it,
// time stamp or not ("WTD_LIFETIME_SIGNING_FLAG" of the Win32 documentation).
var lifetimeSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 10, 3, 13}

func signsForItsLifetime(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.UnknownExtKeyUsage, lifetimeSigning.Equal)
}

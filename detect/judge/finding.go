package judge

import (
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// Verdict is what a finding says about a build.
type Verdict string

// The eight verdicts, most serious first.
const (
	Harmful     Verdict = "harmful"
	Mismatch    Verdict = "mismatch"
	Regional    Verdict = "regional"
	Unofficial  Verdict = "unofficial"
	Unsupported Verdict = "unsupported"
	Unverified  Verdict = "unverified"
	Independent Verdict = "independent"
	Official    Verdict = "official"
)

// Level is how loud a finding is.
type Level string

// Levels in rising order.
const (
	Note          Level = "note"
	Advice        Level = "advice"
	Warning       Level = "warning"
	StrongWarning Level = "strong-warning"
)

// Reason codes of identity and verdicts. Catalogues hold a text for each.
const (
	ReasonNoPin               = "no-pin"
	ReasonUnsigned            = "unsigned"
	ReasonMakerDoesNotSign    = "maker-does-not-sign"
	ReasonUntrustedRoot       = "untrusted-root"
	ReasonTimeUnproven        = "time-unproven"
	ReasonIncomplete          = "incomplete"
	ReasonUnreadable          = "unreadable"
	ReasonChangedWhileReading = "changed-while-reading"
	ReasonDistributionClaimed = "distribution-claimed"
	ReasonDiffersFromPackage  = "differs-from-package"
	ReasonOriginUnknown       = "origin-unknown"         // a package manager has it, and no record of where it came from
	ReasonChangedBeside       = "changed-beside-program" // code that the app loads is not what its maker put there
	ReasonIDSharedWithFork    = "id-shared-with-fork"
	// ReasonChannelKeyUnpublished: the app is also given out where nobody has published who signs it.
	ReasonChannelKeyUnpublished = "channel-key-unpublished"

	ReasonNewerThanList       = "newer-than-list"
	ReasonSignatureNotChecked = "signature-not-checked"
	ReasonRepackaged          = "repackaged"  // an installer that somebody else made around it
	ReasonRotatedKey          = "rotated-key" // a key that a pinned one handed over to
	ReasonMakerSignedEdition  = "maker-signed-edition-possible"

	ReasonPinnedSigner      = "pinned-signer"            // maker, other-known
	ReasonListedDigest      = "listed-digest"            // other-known: the list has the programs' digests
	ReasonSignedRelease     = "signed-release"           // other-known: a chain was followed on the spot
	ReasonOtherSigner       = "other-signer"             // contradicted
	ReasonPinnedNameOnly    = "pinned-name-only"         // contradicted: the right name under an unknown root
	ReasonBrokenSignature   = "broken-signature"         // contradicted; unknown where the record of an installed package is meant
	ReasonUnsignedButAlways = "unsigned-but-maker-signs" // contradicted, warning only
	ReasonArchiveDiffers    = "archive-differs"          // contradicted: not the archive that the signed program asks for

	// ReasonClaimsClient says by what a build claims to be a client.
	ReasonClaimsClient = "claims-client"

	ReasonFamilyProof  = "family-proof"
	ReasonFamilyStrong = "family-strong"
	ReasonFamilyMixed  = "family-strong-and-weak"
	ReasonFamilyOwnID  = "family-own-id"
	ReasonResembles    = "resembles"
	ReasonEnded        = "client-ended"
	ReasonWithdrawn    = "version-withdrawn"
	ReasonHint         = "hint"

	ReasonPublicTestKey = "public-test-key" // anybody can sign like this
	ReasonPlugInAdded   = "plug-in-added"   // a plug-in for a client, and no package has it
	ReasonLookAlike     = "look-alike"      // a name that could be taken for a client's
	ReasonWordList      = "word-list"       // it carries a list of words, of so many entries
)

// Finding is a verdict on one build.
type Finding struct {
	ID       string  `json:"id"`    // derives from build id, verdict and family
	Build    string  `json:"build"` // Build.ID
	Client   string  `json:"client"`
	Verdict  Verdict `json:"verdict"`
	Level    Level   `json:"level"`
	Strength string  `json:"strength"` // proof, strong, weak
	Reason   string  `json:"reason"`
	Family   string  `json:"family"`
	// Resembles are families that share something with the build without
	// deciding anything.
	Resembles    []string               `json:"resembles"`
	Reasons      []Reason               `json:"reasons"`
	Advisories   []string               `json:"advisories"` // "client/advisory" ids
	PeerExposure signatures.MessageID   `json:"peer_exposure"`
	Steps        []signatures.MessageID `json:"steps"`
}

// Reason is one fact, what it means and who published that it does.
type Reason struct {
	Code   string             `json:"code"`
	Fact   signatures.Fact    `json:"fact"`
	Source *signatures.Source `json:"source,omitempty"`
}

// Summary counts findings by verdict.
type Summary struct {
	Official    int `json:"official"`
	Unsupported int `json:"unsupported"`
	Independent int `json:"independent"`
	Regional    int `json:"regional"`
	Unofficial  int `json:"unofficial"`
	Mismatch    int `json:"mismatch"`
	Harmful     int `json:"harmful"`
	Unverified  int `json:"unverified"`
	Gaps        int `json:"gaps"`
}

// Result is an inventory with its findings. Its builds carry client and
// identity, its signatures their pin.
type Result struct {
	inventory.Inventory
	Findings []Finding `json:"findings"`
	Summary  Summary   `json:"summary"`
}

// Policy is what a person may choose about judging.
type Policy struct {
	AndroidSDK int // 0: newest
}

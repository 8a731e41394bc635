// Package inventory holds the types that cross chatvet's pipeline: what was
// looked at, which builds were found with which facts, and what could not be
// read. An inventory is written before anything is judged and can be judged
// again later, elsewhere, with another list.
//
// The JSON form is a published contract: docs/schema/inventory.schema.json.
package inventory

import "github.com/chatvet/chatvet/signatures"

// Schema is the number of the JSON contract.
const Schema = 1

// Inventory is everything that one scan collected.
type Inventory struct {
	Schema int `json:"schema"`
	// Partial is true where the scan was stopped before its end.
	Partial bool `json:"partial"`
	Tool    Tool `json:"tool"`
	List    List `json:"list"`
	Root    Root `json:"root"`
	// Started is in RFC 3339, UTC.
	Started   string  `json:"started"`
	ElapsedMS int64   `json:"elapsed_ms"`
	Checked   Checked `json:"checked"`
	Builds    []Build `json:"builds"`
	Gaps      []Gap   `json:"gaps"`
}

// Tool is the program that wrote the inventory.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// List is the edition of the signature list that decided what to collect.
type List struct {
	Version  string `json:"version"`
	Issued   string `json:"issued"`
	Families int    `json:"families"`
	Clients  int    `json:"clients"`
}

// Root is what was looked at.
type Root struct {
	Kind string `json:"kind"` // live, disk, disks, paths, phone, acquisition, backup
	OS   string `json:"os"`
	Name string `json:"name"`
}

// Checked counts what was looked at.
type Checked struct {
	Lookups  []string `json:"lookups"` // which look-ups ran, in order
	Packages int      `json:"packages"`
	Files    int      `json:"files"`    // files looked at
	Programs int      `json:"programs"` // of these, programs, packages and installers
	Bytes    int64    `json:"bytes"`    // bytes read from them
}

// Build is the unit of judgement: an installed package or app with its files,
// or one downloaded file with what is inside it.
type Build struct {
	// ID derives from the digests of what was found, never from a path.
	ID string `json:"id"`
	// Client and Identity are filled in by the judge; in an inventory they are
	// empty.
	Client   string            `json:"client"`
	Product  string            `json:"product"`
	Version  string            `json:"version"`
	Arch     string            `json:"arch"`
	Path     string            `json:"path"`
	Format   signatures.Format `json:"format"`
	Origin   Origin            `json:"origin"`
	Identity Identity          `json:"identity"`
	// Signatures are what was found out about who signed the build.
	Signatures []Signature       `json:"signatures"`
	Files      []File            `json:"files"`
	Facts      []signatures.Fact `json:"facts"`
	Collected  Collected         `json:"collected"`
	// Inside are builds found in this one (a program in an archive).
	Inside []Build `json:"inside"`
}

// Origin is where a build came from, as far as the system tells.
type Origin struct {
	Channel string `json:"channel"` // "dpkg", "download", ...
	FromURL string `json:"from_url"`
	How     string `json:"how"` // the look-up that found it
}

// IdentityState says how sure it is who made a build (DESIGN section 4).
type IdentityState string

// Identity states.
const (
	Maker        IdentityState = "maker"
	OtherKnown   IdentityState = "other-known"
	Contradicted IdentityState = "contradicted"
	UnknownMaker IdentityState = "unknown"
)

// Identity is a state with the reason code for it.
type Identity struct {
	State  IdentityState `json:"state"`
	Reason string        `json:"reason"`
}

// Integrity says whether the signed bytes are as they were signed.
type Integrity string

// Integrity states.
const (
	Intact              Integrity = "intact"
	Broken              Integrity = "broken"
	Unsigned            Integrity = "unsigned"
	UnreadableSignature Integrity = "unreadable"
	IntegrityNotChecked Integrity = "not-checked"
)

// Trust says whether the signer's certificate leads to a root that we ship.
type Trust string

// Trust states.
const (
	Trusted         Trust = "trusted"
	Untrusted       Trust = "untrusted"
	SelfSigned      Trust = "self-signed"
	AdHoc           Trust = "ad-hoc"
	TrustNotChecked Trust = "not-checked"
)

// SigningTime says whether the certificate was valid when it signed.
type SigningTime string

// Signing-time states.
const (
	TimeValid   SigningTime = "valid"
	TimeExpired SigningTime = "expired"
	TimeStamped SigningTime = "timestamped"
	TimeUnknown SigningTime = "unknown"
)

// Signature is one signature on a build or on a file of it.
type Signature struct {
	Format    string      `json:"format"` // authenticode, apple, apk, apt-release, rpm-header, ostree-commit
	Scope     string      `json:"scope"`  // the file it covers
	By        string      `json:"by"`     // chatvet or system
	Integrity Integrity   `json:"integrity"`
	Trust     Trust       `json:"trust"`
	Time      SigningTime `json:"time"`
	// Pin is filled in by the judge: maker, other or none.
	Pin      string   `json:"pin"`
	Signers  []Signer `json:"signers"`
	Problems []string `json:"problems"` // reason codes, most telling first
	// Scheme, MinSDK, MaxSDK and Lineage are for Android packages, in which each
	// version of Android looks at one signature only: which scheme it is of, for
	// which versions (API levels, both included; MaxSDK is 0 where all that are
	// still to come are meant), and the keys that a proof of rotation leads
	// through, the oldest first.
	Scheme  string   `json:"scheme,omitempty"`
	MinSDK  int      `json:"min_sdk,omitempty"`
	MaxSDK  int      `json:"max_sdk,omitempty"`
	Lineage []Signer `json:"lineage,omitempty"`
}

// BySystem is Signature.By of what the running system says of a file. It is shown
// beside chatvet's own finding, and nothing is judged by it.
const BySystem = "system"

// Signer is one certificate or key.
type Signer struct {
	Subject      string `json:"subject"`
	Organization string `json:"organization"`
	TeamID       string `json:"team_id"`
	SHA256       string `json:"sha256"` // of the certificate's DER, hex
	SHA1         string `json:"sha1,omitempty"`
	Serial       string `json:"serial"`                // hex, lower case
	Fingerprint  string `json:"fingerprint,omitempty"` // OpenPGP
}

// File is one file of a build.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	SHA1   string `json:"sha1"`
	MD5    string `json:"md5"`
	// State is empty for a file that was read to its end and did not change
	// meanwhile; otherwise a reason code (unreadable, changed-while-reading,
	// too-large, incomplete).
	State string `json:"state,omitempty"`
}

// Collected says what was looked for in a build, so that a later list knows
// what it cannot conclude.
type Collected struct {
	List    string   `json:"list"`
	Digests []string `json:"digests"` // "sha256", "sha1", "md5"
	// Patterns is the id of the pattern set that was searched for; empty where
	// there was nothing to search for in this format.
	Patterns string `json:"patterns"`
}

// Gap is something that could not be read, opened or verified, or that was left
// out. A report shows every gap.
type Gap struct {
	Where  string `json:"where"`
	What   string `json:"what"`   // what is missing because of it
	Kind   string `json:"kind"`   // a code: permission, corrupt, too-large, ...
	Reason string `json:"reason"` // detail, in English, for experts
}

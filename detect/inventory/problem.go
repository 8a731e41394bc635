package inventory

// Problem codes of Signature.Problems. They are part of the JSON contract;
// catalogues hold a text for each.
const (
	// The signed bytes.
	ProblemDigestMismatch    = "digest-mismatch"    // the file is not the one that was signed
	ProblemPageHashMismatch  = "page-hash-mismatch" // nor is a page of it the one that was signed
	ProblemAppendedData      = "appended-data"      // without what follows the signature, it would be
	ProblemMetadataMismatch  = "metadata-mismatch"  // names and dates inside the file are not those that were signed
	ProblemBlockMapMismatch  = "block-map-mismatch" // a file in the package is not the one in its signed list
	ProblemUnsignedMember    = "unsigned-member"    // the package holds a file that its signed list does not name
	ProblemPublisherMismatch = "publisher-mismatch" // the package names another publisher than its signer
	ProblemSignatureInvalid  = "signature-invalid"  // the signature is not by the key of its certificate
	ProblemSignatureDamaged  = "signature-damaged"  // it cannot be read
	ProblemUnknownAlgorithm  = "unknown-algorithm"  // it uses a digest or a key that is not checked here
	ProblemSignerMissing     = "signer-missing"     // the signer's certificate is not in it
	ProblemTableDamaged      = "certificate-table-damaged"
	ProblemSignatureData     = "data-in-signature" // bytes in the certificate table that nothing covers
	ProblemNotVerified       = "signature-not-checked"
	ProblemWeakDigest        = "weak-digest" // MD5, for which anybody can make a second file with the same digest

	// The chain of certificates.
	ProblemUntrustedRoot = "untrusted-root" // incomplete, or ends at a retired root
	ProblemIssuerMissing = "issuer-missing"
	ProblemRetiredRoot   = "retired-root"
	ProblemUnknownRoot   = "unknown-root" // ends at a root that chatvet does not ship
	ProblemSelfSigned    = "self-signed"
	ProblemWrongUsage    = "wrong-usage"    // a certificate for something else
	ProblemInvalidIssuer = "invalid-issuer" // a certificate that may not issue others did
	ProblemChainTooLong  = "chain-too-long" // more than is followed here
	ProblemConstrained   = "constrained"    // conditions that are not understood here

	// The time of signing.
	ProblemExpired            = "expired"             // and no time stamp says that it was signed before
	ProblemOutsideValidity    = "outside-validity"    // the time stamp is from when the certificate was not valid
	ProblemLifetimeSigning    = "lifetime-signing"    // the certificate says that a time stamp does not help
	ProblemTimeStampDamaged   = "timestamp-damaged"   // or not for this signature
	ProblemTimeStampUntrusted = "timestamp-untrusted" // by nobody whom chatvet trusts with the time

	// Apple's code signatures.
	ProblemSlotMismatch     = "special-slot-mismatch"   // what belongs to the program is not what was signed
	ProblemOutOfBundle      = "out-of-bundle"           // what belongs to it is not here
	ProblemDirectories      = "code-directories-differ" // it lists the same program twice, and differently
	ProblemSlices           = "slices-differ"           // the parts for different processors are by different signers
	ProblemTeam             = "team-mismatch"           // it names another team than its certificate
	ProblemResourceAdded    = "resource-added"          // the bundle holds a file that its seal does not name
	ProblemResourceChanged  = "resource-changed"
	ProblemResourceMissing  = "resource-missing"
	ProblemNestedCode       = "nested-code-changed" // a program in the bundle is not the one that was sealed
	ProblemLinkOut          = "link-out-of-bundle"  // a link in the bundle leads out of it
	ProblemSealDamaged      = "seal-damaged"        // the list of the bundle's files cannot be read
	ProblemResourcesNotRead = "resources-not-read"  // not all files of the bundle could be read

	// The system's own check, beside chatvet's.
	ProblemSystemDisagrees = "system-disagrees" // it comes to another answer than chatvet

	// Android packages.
	ProblemPublicTestKey       = "public-test-key"       // by a key that anybody can have
	ProblemCertificateMismatch = "certificate-mismatch"  // it names a certificate whose key did not sign
	ProblemStripped            = "signature-stripped"    // a newer signature that it speaks of is gone
	ProblemPrefix              = "prefixed-program"      // a program that nothing covers stands before the package
	ProblemOldScheme           = "scheme-too-old"        // the package says that it needs a newer kind of signature
	ProblemDuplicateName       = "duplicate-names"       // two files in it have the same name
	ProblemLineage             = "lineage-damaged"       // its proof of rotation does not lead to the signer
	ProblemOtherSigner         = "other-signer-in-newer" // newer versions of Android accept somebody else
)

// Package android checks who signed an Android package, for every version of
// Android that could be asked to install it.
//
// A package's layout and manifest (detect/inspect/apk) go in; what the digests
// have to be taken over comes out, as takers of the one pass over the file
// (package digest), and after the pass one inventory.Signature for each range of
// Android versions, with the signer that those versions accept. Which scheme a
// version looks at is decided as it decides itself: v1 (JAR) up to 6, v2 from 7,
// v3 from 9, v3.1 from 13, each only where the newer block is not there; a
// broken newer signature is never made good by an intact older one.
//
// It follows "APK Signature Scheme v2", "v3" and "v3.1" and "Application
// signing" of source.android.com, and where they are silent ApkSigningBlockUtils
// and ApkSignatureSchemeV3Verifier of the Android Open Source Project. JAR
// signatures are checked by github.com/avast/apkverifier (jar.go).
// docs/android-signatures.md says where the outcome differs from apksigner, and
// why.
package android

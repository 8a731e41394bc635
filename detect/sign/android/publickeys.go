package android

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// publicTestKeys are the SHA-256 digests of certificates whose private keys lie
// in the source of Android itself (build/target/product/security of the Android
// Open Source Project): anybody can sign with them, and many do.
var publicTestKeys = []string{
	"a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc", // testkey
	"c8a2e9bccf597c2fb6dc66bee293fc13f2fc47ec77bc6b2b0d52c11f51192ab8", // platform
	"465983f7791f2abeb43ea2cbdc7f21a8260b72bc08a55c839fc1a43bc741a81e", // media
	"28bbfe4a7b97e74681dc55c2fbb6ccb8d6c74963733f6af6ae74d8c3a6e879fd", // shared
	"e1dbadce60dc080d15b58a014b0dcf9400e24de23fa00b287a5a982bfebda2ee", // networkstack
}

// publicTest is true for a key that anybody can have, or that a development tool
// makes for everybody under the same name ("Sign your app", section on the debug
// certificate, developer.android.com).
func (c *certificate) publicTest() bool {
	sum := sha256.Sum256(c.raw)
	return slices.Contains(publicTestKeys, hex.EncodeToString(sum[:])) ||
		c.subject.CommonName == "Android Debug" && slices.Equal(c.subject.Organization, []string{"Android"})
}

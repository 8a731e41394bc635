package check

import "github.com/chatvet/chatvet/signatures"

type publicKey struct {
	kind  signatures.Kind
	value string
}

const aospTestKey = "public AOSP test key, whose private key anybody can have"

// publicKeys are certificates whose private key is published. The AOSP test
// key is build/target/product/security/testkey.x509.pem of the Android Open
// Source Project; the digests were taken from the certificate in the npm
// package appium-uiautomator2-server 10.6.6, which is signed with it.
var publicKeys = map[publicKey]string{
	{signatures.APKCertSHA256, "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc"}: aospTestKey,
	{signatures.APKCertSHA1, "61ed377e85d386a8dfee6b864bd85b0bfaa5af81"}:                           aospTestKey,
	{signatures.APKCertMD5, "e89b158e4bcf988ebd09eb83f5378e87"}:                                    aospTestKey,
	{signatures.SignerSHA256, "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc"}:  aospTestKey,
	{signatures.SignerSHA1, "61ed377e85d386a8dfee6b864bd85b0bfaa5af81"}:                            aospTestKey,
}

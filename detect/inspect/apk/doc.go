// Package apk reads Android packages: where their parts lie in the zip file, and
// what the manifest says.
//
// A reader and its size go in; the layout as Android itself finds it (the end
// record first, then the central directory that it points to) and the texts of
// AndroidManifest.xml come out. Nothing is unpacked but what is asked for, each
// time within a limit. resources.arsc is never read, so that a label that lies
// there is not known.
//
// It follows PKWARE's APPNOTE.TXT (4.3.7, 4.3.12 and 4.3.16) as Android's
// libziparchive does, and for the manifest ResourceTypes.h of Android's
// androidfw, whose parser here is github.com/avast/apkparser.
package apk

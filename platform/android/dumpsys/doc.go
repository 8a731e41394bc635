// Package dumpsys reads what Android's package manager prints: its lists of users
// and packages, the paths of a package, and the dump of one.
//
// Text goes in, from a phone on a cable or from a file that somebody kept; what it
// says of packages comes out. The text may be anything. Whoever wrote it, a phone
// can say what it likes of itself, so that nothing here proves anything.
//
// The formats are nowhere promised. They are those of the Android Open Source
// Project's frameworks/base, Android 8 to 15, and were compared with its sources:
// UserManagerService and UserManagerServiceShellCommand, runList (pm list users;
// UserInfo.toString); PackageManagerShellCommand, runListPackages and
// displayPackageFilePath (pm list packages, whose lines have no order since
// Android 13 or 14; pm path); Settings.dumpPackageLPr and
// PackageSignatures.toString (dumpsys package); DomainVerificationDebug.printState
// (digests of certificates, since Android 12). Makers of phones may differ.
package dumpsys

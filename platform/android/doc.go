// Package android finds chat clients on a phone that is on this computer's cable
// and lets itself be read.
//
// A phone behind an adb server goes in, as the FS of a root of kind Phone. Out
// come candidates: for each chat client of each user and profile its APKs, and
// what the phone's package manager recorded of it, which proves nothing. The APKs
// are pulled into memory when they are read, and nothing is kept or written, here
// or on the phone.
//
// The commands are those of the Android Open Source Project's
// PackageManagerShellCommand; dumpsys reads what they print.
package android

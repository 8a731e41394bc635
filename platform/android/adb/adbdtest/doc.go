// Package adbdtest is a synthetic phone for tests: an adbd that speaks the real
// wire protocol, so that a real adb server takes it for a phone.
//
// Answers to commands, files and faults go in; a TCP port of loopback comes out,
// to which "adb connect" connects a server.
//
// It follows packages/modules/adb of the Android Open Source Project: protocol.txt
// (CNXN, AUTH, OPEN, OKAY, WRTE, CLSE), shell_protocol.h and
// file_sync_protocol.h.
package adbdtest

// Package adb speaks to the adb server of this computer, which in turn speaks to
// the phone on the cable.
//
// A serial number and a command or a path go in; what the command wrote, or the
// bytes of a file, come out. Nothing here changes anything on the phone, and no
// message ends a server that somebody else may be using.
//
// It is one of the three places in chatvet that open sockets, and it connects to
// nothing but loopback: an address elsewhere is refused before it is dialled.
//
// It follows the Android Open Source Project's packages/modules/adb: OVERVIEW.TXT
// (requests and answers), SERVICES.TXT (host:version, host:features,
// host:track-devices, host:transport, exec), shell_protocol.h (shell v2) and
// SYNC.TXT with file_sync_protocol.h (STAT, STA2, RECV, RCV2).
package adb

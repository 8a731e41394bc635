// Package origin reads what systems note on files that came from elsewhere. The
// bytes of a note go in; who brought the file, and from where, come out.
//
// Windows: the mark of the web, the stream "Zone.Identifier" of a file, is an INI
// file ([MS-FSCC] section 5.6.1, Zone.Identifier Stream Name); HostUrl and
// ReferrerUrl are what browsers add.
//
// macOS: two extended attributes. com.apple.quarantine is a line of text that
// nothing of Apple's describes; its fields are those that LaunchServices shows
// (LSQuarantine.h). com.apple.metadata:kMDItemWhereFroms is a property list
// (MDItem.h). Where a disk has no attributes, they lie in a file beside it: RFC
// 1740, appendices A and B, with the attributes as xnu writes them
// (bsd/vfs/vfs_xattr.c).
package origin

// Package ios finds chat apps in a backup of an iPhone or iPad, as Finder, iTunes or
// Apple Devices make one on a computer.
//
// The folder of a backup goes in; a root comes out, which shows Info.plist,
// Manifest.plist, Manifest.db and the configuration profiles that Manifest.db names,
// and nothing else. A backup holds messages, photos and contacts; none of them is
// opened, and of the names in Manifest.db only those of apps' domains and of
// configuration profiles are looked at.
//
// Apple publishes no specification. What is followed is what MVT reads
// (github.com/mvt-project/mvt, src/mvt/ios/modules/backup): the keys "Installed
// Applications" and "Applications" of Info.plist, "IsEncrypted" and "Applications"
// of Manifest.plist, the table Files of Manifest.db (fileID, domain, relativePath),
// and the domain of configuration profiles. Their keys are those of Apple's
// "Configuration Profile Reference".
//
// A backup holds no programs: who signed an app cannot be told from it. What it says
// of an app is what the phone recorded, and no verdict rests on it.
package ios

// Package androidqf finds chat apps in what a forensic tool copied of an Android
// phone: an acquisition of AndroidQF, as a folder or a zip file, the folder that
// "mvt-android download-apks" made, or the plain text of "dumpsys package".
//
// A path goes in; a root comes out, which shows packages.json, apks.json, dumpsys.txt,
// getprop.txt and the APKs below apks/ and nothing else. An acquisition holds
// messages, logs and a backup too, and none of them is opened.
//
// The layout is that of AndroidQF (github.com/mvt-project/androidqf:
// docs/acquisition-archives.md, Package and PackageFile of adb/packages.go, and
// getPathToLocalCopy of modules/packages.go for the names of copies).
// MVT's own list, apks.json, has other names for the same (github.com/mvt-project/mvt,
// mvt/android/cmd_download_apks.py: package_name, local_path). What dumpsys prints
// is read by package dumpsys.
//
// An APK in an acquisition is checked like any other. Where there is none, all
// that is left is what the phone and the tool said: digests and certificates that
// nobody can check any more. They are facts, and no verdict rests on them.
package androidqf

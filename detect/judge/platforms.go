package judge

import (
	"strings"

	"github.com/chatvet/chatvet/signatures"
)

// platformsOf tells which systems a unit can be for, by the formats of its
// parts and by facts that only one system has. Archives and scripts tell
// nothing.
func platformsOf(u *unit) map[signatures.Platform]bool {
	found := map[signatures.Platform]bool{}
	for _, p := range u.parts {
		for _, platform := range platformsOfFormat(p.build.Format) {
			found[platform] = true
		}
	}
	for _, f := range u.facts {
		if platform := platformOfKind(f.Kind); platform != "" {
			found[platform] = true
		}
	}
	if u.build().Format == signatures.IPA {
		delete(found, signatures.MacOS) // its programs are in a Mac's format
	}
	return found
}

func platformsOfFormat(f signatures.Format) []signatures.Platform {
	switch f {
	case signatures.PE, signatures.MSI, signatures.MSIX:
		return []signatures.Platform{signatures.Windows}
	case signatures.DMG, signatures.PKG:
		return []signatures.Platform{signatures.MacOS}
	case signatures.MachO, signatures.App:
		return []signatures.Platform{signatures.MacOS, signatures.IOS}
	case signatures.IPA:
		return []signatures.Platform{signatures.IOS}
	case signatures.APK, signatures.DEX:
		return []signatures.Platform{signatures.Android}
	case signatures.ELF, signatures.Deb, signatures.RPM, signatures.AppImage, signatures.SquashFS, signatures.Package:
		return []signatures.Platform{signatures.Linux}
	}
	return nil
}

// platformOfKind goes by the first part of a kind's name.
func platformOfKind(k signatures.Kind) signatures.Platform {
	first, _, _ := strings.Cut(string(k), ".")
	switch first {
	case "pe", "windows", "appx":
		return signatures.Windows
	case "dmg", "pkg":
		return signatures.MacOS
	case "apk", "android":
		return signatures.Android
	case "ios":
		return signatures.IOS
	case "deb", "rpm", "pacman", "flatpak", "snap", "desktop", "appimage":
		return signatures.Linux
	}
	return ""
}

// isFor is true where the unit can be for a platform; no platform is all.
func (u *unit) isFor(p signatures.Platform) bool {
	return p == "" || len(u.platforms) == 0 || u.platforms[p]
}

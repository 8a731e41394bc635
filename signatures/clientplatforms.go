package signatures

import (
	"slices"
	"strings"
)

// Platforms are the systems that a client's pins and claims speak of, in a fixed
// order. A bundle id without a pin may be for macOS or iOS and counts for both;
// a file name with no ending of Windows counts for none.
func (c *Client) Platforms() []Platform {
	found := map[Platform]bool{}
	pinned := map[string]bool{} // bundle ids whose system a pin tells
	for _, p := range c.Pins {
		found[p.Platform] = true
		for _, i := range p.Product {
			if i.Kind == BundleID {
				pinned[i.Value] = true
			}
		}
	}
	for _, i := range c.Claims {
		if i.Kind == BundleID && pinned[i.Value] {
			continue
		}
		for _, p := range platformsOf(i) {
			found[p] = true
		}
	}
	return slices.DeleteFunc([]Platform{Windows, MacOS, Linux, Android, IOS}, func(p Platform) bool { return !found[p] })
}

func platformsOf(i Indicator) []Platform {
	family, _, _ := strings.Cut(string(i.Kind), ".")
	switch family {
	case "pe", "msi", "windows", "appx":
		return []Platform{Windows}
	case "apk":
		return []Platform{Android}
	case "dmg", "pkg":
		return []Platform{MacOS}
	case "bundle":
		return []Platform{MacOS, IOS}
	case "deb", "rpm", "pacman", "flatpak", "snap", "desktop", "appimage", "elf":
		return []Platform{Linux}
	}
	if i.Kind == FileName && strings.HasSuffix(strings.ToLower(i.Value), ".exe") {
		return []Platform{Windows}
	}
	return nil
}

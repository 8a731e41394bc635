package detect

import (
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/android"
	"github.com/chatvet/chatvet/platform/androidqf"
	"github.com/chatvet/chatvet/platform/darwin"
	"github.com/chatvet/chatvet/platform/folder"
	"github.com/chatvet/chatvet/platform/ios"
	"github.com/chatvet/chatvet/platform/linux/desktop"
	"github.com/chatvet/chatvet/platform/linux/dpkg"
	"github.com/chatvet/chatvet/platform/linux/flatpak"
	"github.com/chatvet/chatvet/platform/linux/pacman"
	"github.com/chatvet/chatvet/platform/linux/process"
	"github.com/chatvet/chatvet/platform/linux/rpm"
	"github.com/chatvet/chatvet/platform/linux/snap"
	"github.com/chatvet/chatvet/platform/plugins"
	"github.com/chatvet/chatvet/platform/windows"
)

// Lookups returns every look-up, in the order in which they run: what a package
// manager knows comes before what a folder shows.
func Lookups() []platform.Lookup {
	return []platform.Lookup{
		dpkg.Lookup{},
		flatpak.Lookup{},
		snap.Lookup{},
		rpm.Lookup{},
		pacman.Lookup{},
		desktop.Lookup{},
		plugins.Lookup{},
		process.Lookup{},
		windows.Lookup{},
		darwin.Lookup{},
		android.Lookup{Similar: similarIDs},
		androidqf.Lookup{Similar: similarIDs},
		ios.Lookup{},
		folder.Downloads{},
		folder.Paths{},
	}
}

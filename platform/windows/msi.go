package windows

import (
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/windows/winreg"
)

const installerData = `Microsoft\Windows\CurrentVersion\Installer\UserData`

// Bounds on looking through the components of Windows Installer: how many there
// are, and for how many products.
const (
	maxComponents = 60_000
	maxProducts   = 50
)

// msiFolder finds where Windows Installer put a product: the folder that most of
// its components' key files share. Packages rarely say it in the Uninstall key.
func (s *search) msiFolder(code string) string {
	packed := packGUID(code)
	if packed == "" || s.system.software == nil {
		return ""
	}
	if s.products++; s.products > maxProducts {
		s.gap(platform.Gap{Where: platform.Display(code), What: "where this program lies", Kind: platform.GapTooMany,
			Reason: "more products of Windows Installer than are looked for"})
		return ""
	}
	owners, err := s.system.software.Open(installerData)
	if err != nil {
		return ""
	}
	defer owners.Close()
	sids, _ := owners.Subkeys()
	for _, sid := range sids[:min(len(sids), maxUsers)] {
		if folder := s.componentFolder(owners, sid+`\Components`, packed); folder != "" {
			return folder
		}
	}
	return ""
}

func (s *search) componentFolder(owners winreg.Key, path, packed string) string {
	components, err := owners.Open(path)
	if err != nil {
		return ""
	}
	defer components.Close()
	names, _ := components.Subkeys()
	best := ""
	for _, name := range names[:min(len(names), maxComponents)] {
		key, err := components.Open(name)
		if err != nil {
			continue
		}
		file := winreg.TextOf(key, packed)
		key.Close()
		place, err := s.place(strings.Replace(file, "?", ":", 1), "") // "C?\" marks a shared file
		if err != nil {
			continue
		}
		real, err := s.root.FS.Resolve(place)
		if err != nil {
			continue
		}
		folder := strings.TrimSuffix(real, "/")
		if info, err := s.root.FS.Lstat(real); err == nil && !info.IsDir() {
			folder = dir(real)
		}
		if !shared(folder) && (best == "" || len(folder) < len(best)) {
			best = folder
		}
	}
	return best
}

// packGUID writes a product code as Windows Installer names its keys: the digits
// of each group in reverse, those of the last two groups by pairs.
func packGUID(code string) string {
	digits := strings.ReplaceAll(strings.Trim(code, "{}"), "-", "")
	if len(digits) != 32 || len(code) != 38 || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return ""
	}
	var out strings.Builder
	at := 0
	for _, n := range []int{8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2} {
		for i := n - 1; i >= 0; i-- {
			out.WriteByte(digits[at+i])
		}
		at += n
	}
	return strings.ToUpper(out.String())
}

package judge

import (
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// Values of facts about Electron apps, as detect writes them.
const (
	archiveRecorded = "recorded"
	archiveAnother  = "another"
	filesChanged    = "changed"
)

// withBeside corrects the answer about a client's own program by the code that it
// loads from beside itself. That an archive is not the one that an intact program
// of a known signer asks for contradicts it, since the signature covers what it
// asks for; everything else only keeps the app from being called anybody's.
func (u *unit) withBeside(id identity, c *signatures.Client, s spot) identity {
	known := id.State == inventory.Maker || id.State == inventory.OtherKnown
	changed := u.changedBeside(s.part, known && id.Reason != ReasonPinnedSigner)
	if known {
		changed = append(changed, u.sideLoaded(c, s)...)
	}
	if len(changed) == 0 {
		return u.withUnreadArchives(id, known, s.part)
	}
	own := withCode(id.reasons, id.Reason)
	switch {
	case id.State == inventory.Contradicted || id.Reason == ReasonDiffersFromPackage:
		id.reasons = append(own, withCode(changed, ReasonChangedBeside)...)
		return id
	case known && id.Reason == ReasonPinnedSigner:
		if covered := u.coveredArchives(s.part); len(covered) > 0 {
			return contradicted(ReasonArchiveDiffers, signatures.Strong, append(withCode(covered, ReasonArchiveDiffers), own...)...)
		}
	}
	return unknownMaker(ReasonChangedBeside, append(withCode(changed, ReasonChangedBeside), own...)...)
}

// withUnreadArchives leaves open who made an app whose archive, which is most of
// its code, was not read to its end as it stood.
func (u *unit) withUnreadArchives(id identity, known bool, p *part) identity {
	if !known {
		return id
	}
	for i := range p.build.Files {
		f := &p.build.Files[i]
		if f.State != "" && strings.HasSuffix(strings.ToLower(f.Path), ".asar") {
			reason, because := incompleteFile(f)
			return unknownMaker(reason, append([]Reason{because}, withCode(id.reasons, id.Reason)...)...)
		}
	}
	return id
}

func withCode(reasons []Reason, code string) []Reason {
	reasons = slices.Clone(reasons)
	for i := range reasons {
		if reasons[i].Code == "" {
			reasons[i].Code = code
		}
	}
	return reasons
}

// changedBeside names the code beside a program that is not what was put there.
// Of an app whose every program is the one that its distribution lists, an archive
// that disagrees with itself was built so.
func (u *unit) changedBeside(p *part, listed bool) (changed []Reason) {
	for _, f := range u.facts {
		if f.part != p || !u.whole(p, f.Place) {
			continue
		}
		switch f.Kind {
		case signatures.ElectronCore, signatures.ElectronShadowApp, signatures.PackageAdded, signatures.StartOption:
			changed = append(changed, Reason{Fact: f.Fact})
		case signatures.ElectronUnpacked:
			if f.Value == filesChanged {
				changed = append(changed, Reason{Fact: f.Fact})
			}
		case signatures.AsarFiles:
			if f.Value == filesChanged && !listed {
				changed = append(changed, Reason{Fact: f.Fact})
			}
		case signatures.ElectronArchive:
			if f.Value == archiveAnother && !listed {
				changed = append(changed, Reason{Fact: f.Fact})
			}
		}
	}
	return changed
}

// coveredArchives are the archives that an intact signature under a trusted root
// speaks of, by the digest in the program that it covers, and that are others: by
// their header, or by a file that the header names.
func (u *unit) coveredArchives(p *part) (covered []Reason) {
	recorded := map[string]bool{}
	for _, f := range u.facts {
		if f.part != p || f.Kind != signatures.ElectronArchive || !u.whole(p, f.At) || !u.whole(p, f.Place) || !u.vouched(p, f.At) {
			continue
		}
		switch f.Value {
		case archiveAnother:
			covered = append(covered, Reason{Fact: f.Fact})
		case archiveRecorded:
			recorded[f.Place] = true
		}
	}
	for _, f := range u.facts {
		if f.part == p && f.Kind == signatures.AsarFiles && f.Value == filesChanged && recorded[f.Place] {
			covered = append(covered, Reason{Fact: f.Fact})
		}
	}
	return covered
}

// whole is false for a file that was not read to its end as it stood.
func (u *unit) whole(p *part, place string) bool {
	f := p.files[place]
	return f == nil || f.State == ""
}

// vouched is true where an intact signature under a trusted root covers a place.
func (u *unit) vouched(p *part, place string) bool {
	return slices.ContainsFunc(u.signaturesAt(spot{p, place}), func(s signature) bool {
		return s.Integrity == inventory.Intact && s.Trust == inventory.Trusted
	})
}

// sideLoaded names the libraries in the folder of a signed Windows program that
// Windows would load instead of its own, or that are not as they were signed.
//
// Makers leave libraries unsigned that came to them from others: Electron's
// ffmpeg.dll and libEGL.dll are unsigned in many a signed app. Only what bears the
// name of a part of Windows, and is neither Microsoft's nor the app's signer's, is
// told; and a broken signature.
func (u *unit) sideLoaded(c *signatures.Client, s spot) (loaded []Reason) {
	if s.place == "" || s.part.build.Format != signatures.PE && s.part.build.Format != signatures.Package || !strings.HasSuffix(strings.ToLower(s.place), ".exe") {
		return nil
	}
	pins := u.pinsOf(c)
	for i := range s.part.build.Files {
		f := &s.part.build.Files[i]
		name := strings.ToLower(path.Base(f.Path))
		if f.State != "" || !strings.HasSuffix(name, ".dll") || !strings.EqualFold(path.Dir(f.Path), path.Dir(s.place)) {
			continue
		}
		at := spot{s.part, f.Path}
		sigs := u.signaturesAt(at)
		broken := slices.ContainsFunc(sigs, func(s signature) bool { return s.Integrity == inventory.Broken })
		if broken || PartOfWindows(name) && !u.mayBear(c, pins, at, sigs) {
			loaded = append(loaded, Reason{Fact: signatures.Fact{Kind: signatures.FilePath, Value: f.Path, Place: f.Path}})
		}
	}
	return loaded
}

// mayBear is true where who signed a library is Microsoft or the app's own signer,
// and where no reader looked for a signature.
func (u *unit) mayBear(c *signatures.Client, pins []signatures.Pin, at spot, sigs []signature) bool {
	if len(sigs) == 0 {
		return true
	}
	return slices.ContainsFunc(sigs, func(s signature) bool {
		if s.Integrity == inventory.IntegrityNotChecked || s.Integrity != inventory.Unsigned && s.Trust == inventory.TrustNotChecked {
			return true
		}
		if s.Integrity != inventory.Intact || s.Trust != inventory.Trusted {
			return false
		}
		microsoft := slices.ContainsFunc(s.Signers, func(by inventory.Signer) bool {
			return by.Organization == "Microsoft Corporation" || by.Organization == "Microsoft Windows"
		})
		return microsoft || slices.ContainsFunc(pins, func(p signatures.Pin) bool {
			return slices.ContainsFunc(p.Signer, func(i signatures.Indicator) bool { return u.signedWith(&i, s) != nil })
		})
	})
}

// PartOfWindows is true for the name of a library of Windows that makers do not ship
// with their programs.
func PartOfWindows(name string) bool { return partsOfWindows[strings.ToLower(name)] }

// partsOfWindows are libraries of Windows for which others were put into the
// folders of programs (MITRE ATT&CK T1574.001; the HijackLibs project lists them
// by name). Left out are those that makers may ship with their programs, such as
// the run-time libraries of Visual C++, d3dcompiler_47.dll and opengl32.dll.
var partsOfWindows = map[string]bool{
	"apphelp.dll": true, "credui.dll": true, "cryptbase.dll": true, "cryptsp.dll": true, "cscapi.dll": true,
	"d3d9.dll": true, "d3d11.dll": true, "dbgcore.dll": true, "dbghelp.dll": true, "dinput8.dll": true,
	"dnsapi.dll": true, "dwmapi.dll": true, "dwrite.dll": true, "dxgi.dll": true, "edputil.dll": true,
	"hid.dll": true, "iphlpapi.dll": true, "kernelbase.dll": true, "mpr.dll": true, "msasn1.dll": true,
	"msimg32.dll": true, "mswsock.dll": true, "netapi32.dll": true, "netutils.dll": true, "ntmarta.dll": true,
	"oleacc.dll": true, "powrprof.dll": true, "profapi.dll": true, "propsys.dll": true, "rasapi32.dll": true,
	"samcli.dll": true, "secur32.dll": true, "srvcli.dll": true, "sspicli.dll": true, "textshaping.dll": true,
	"umpdc.dll": true, "urlmon.dll": true, "userenv.dll": true, "uxtheme.dll": true, "version.dll": true,
	"wininet.dll": true, "winhttp.dll": true, "winmm.dll": true, "winsta.dll": true, "wkscli.dll": true,
	"wlanapi.dll": true, "ws2_32.dll": true, "wsock32.dll": true, "wtsapi32.dll": true,
}

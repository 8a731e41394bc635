package ios

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/sqlite"
)

// Domains of files in a backup.
const (
	appDomain      = "AppDomain-"
	profilesDomain = "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles"
)

// maxProfiles bounds the configuration profiles that are opened.
const maxProfiles = 64

// managing are payloads by which somebody else installs apps on a phone, or puts
// pages of the web among them ("Configuration Profile Reference", Apple).
var managing = []string{"com.apple.mdm", "com.apple.webClip.managed"}

// files reads names out of the table of all files. Of most of them not even the
// name is kept.
func (f *finder) files() {
	file, err := f.fs.Open(filesName)
	if missing(err) {
		f.noFiles()
		return
	}
	if err != nil {
		f.fault(filesName, whatApps, err)
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		f.fault(filesName, whatApps, err)
		return
	}
	if log, err := f.fs.Lstat(logName); err == nil && log.Size() > 0 {
		f.gap(filesName, whatApps, platform.GapNotOpened, "the latest changes stand in a log beside it")
	}
	var profiles []string
	db, err := sqlite.Open(file, info.Size())
	if err == nil {
		err = db.Table("Files", func(columns [][]byte) error {
			if len(columns) >= 3 {
				f.named(string(columns[0]), string(columns[1]), string(columns[2]), &profiles)
			}
			return f.ctx.Err()
		})
	}
	if err != nil && f.ctx.Err() == nil {
		f.gap(filesName, whatApps, platform.GapCorrupt, err.Error())
	}
	for i, id := range profiles {
		if i == maxProfiles {
			f.gap(filesName, whatProfiles, platform.GapTooMany, fmt.Sprintf("only the first %d of %d profiles are opened", maxProfiles, len(profiles)))
			break
		}
		f.profile(id)
	}
}

func (f *finder) noFiles() {
	if _, err := f.fs.Lstat(oldFilesName); err == nil {
		f.gap(oldFilesName, whatProfiles, platform.GapNotOpened, "a list of files as iOS 9 and earlier wrote it")
		return
	}
	f.gap(filesName, whatProfiles, platform.GapMissing, "the backup has no list of files")
}

// named takes one row: the app that a domain belongs to, or a configuration
// profile.
func (f *finder) named(fileID, domain, name string, profiles *[]string) {
	if id, ok := strings.CutPrefix(domain, appDomain); ok {
		f.add(id)
		return
	}
	if domain == profilesDomain && strings.HasPrefix(path.Base(name), "profile-") {
		*profiles = append(*profiles, fileID)
	}
}

// profile reads which payloads a configuration profile has.
func (f *finder) profile(fileID string) {
	name, ok := f.fs.admit(fileID)
	if !ok {
		f.gap(filesName, whatProfiles, platform.GapCorrupt, "a profile's file has an impossible name")
		return
	}
	d, err := readList(f.fs, name)
	if err != nil {
		f.fault(name, whatProfiles, err)
		return
	}
	for _, payload := range append(d.List("PayloadContent"), d.Dict("OTAProfileStub").List("PayloadContent")...) {
		p, _ := payload.(plist.Dict)
		if kind := p.Text("PayloadType"); slices.Contains(managing, kind) && !slices.Contains(f.managed, kind) {
			f.managed = append(f.managed, kind)
		}
	}
}

package ios_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/platform/ios"
	"github.com/chatvet/chatvet/platform/ios/iostest"
	"github.com/chatvet/chatvet/signatures"
)

func dict(body string) string {
	return `<?xml version="1.0"?><plist version="1.0"><dict>` + body + `</dict></plist>`
}

// info is an Info.plist. The store's record of WhatsApp is in base64: itemId 1 and
// so on, all synthetic.
func info() string {
	record := dict(`<key>itemId</key><integer>424242</integer><key>artistName</key><string>Synthetic Seller</string>` +
		`<key>itemName</key><string>Synthetic App</string><key>bundleShortVersionString</key><string>2.1.0</string>` +
		`<key>appleId</key><string>somebody@example.org</string>`)
	return dict(`<key>Device Name</key><string>Somebody's phone</string><key>Phone Number</key><string>+1 555 0100</string>` +
		`<key>Installed Applications</key><array><string>net.whatsapp.WhatsApp</string><string>org.example.other</string><string>a b</string></array>` +
		`<key>Applications</key><dict><key>net.whatsapp.WhatsApp</key><dict><key>iTunesMetadata</key><data>` + base64.StdEncoding.EncodeToString([]byte(record)) + `</data></dict></dict>`)
}

const (
	profileID = "0123456789abcdef0123456789abcdef01234567"
	messageID = "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
)

func backup(encrypted bool) map[string]string {
	files := map[string]string{
		"Info.plist":      info(),
		"Manifest.plist":  dict(fmt.Sprintf("<key>IsEncrypted</key><%v/><key>Applications</key><dict><key>ph.telegra.Telegraph</key><dict/></dict>", encrypted)),
		"3d/" + messageID: "messages, which nobody may open",
		"01/" + profileID: dict(`<key>PayloadDisplayName</key><string>Synthetic</string><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.mdm</string></dict><dict><key>PayloadType</key><string>com.apple.wifi.managed</string></dict></array>`),
		"Status.plist":    "not looked at",
		"Manifest.db":     string(iostest.ManifestDB(rows()...)),
	}
	if encrypted {
		files["Manifest.db"] = strings.Repeat("\xa5", 8192)
	}
	return files
}

// rows are more than fit on a page.
func rows() (all []iostest.Row) {
	for i := range 300 {
		all = append(all, iostest.Row{FileID: fmt.Sprintf("%040x", i), Domain: "CameraRollDomain", Path: fmt.Sprintf("Media/DCIM/%d.jpg", i)})
	}
	return append(all,
		iostest.Row{FileID: messageID, Domain: "HomeDomain", Path: "Library/SMS/sms.db"},
		iostest.Row{FileID: strings.Repeat("a", 40), Domain: "AppDomain-org.whispersystems.signal", Path: "Documents/x"},
		iostest.Row{FileID: profileID, Domain: "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles", Path: "Library/ConfigurationProfiles/profile-0.stub"},
		iostest.Row{FileID: "../../../etc/passwd", Domain: "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles", Path: "Library/ConfigurationProfiles/profile-1.stub"},
	)
}

func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// find looks at a backup and returns what is found, what is missing, and what was
// opened.
func find(t testing.TB, files map[string]string) (found, gaps, opened []string) {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := platform.OpenDir(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	root := ios.RootOf(platform.Observe(fsys, func(op, name string) {
		if op == "open" {
			opened = append(opened, name)
		}
	}), "synthetic")
	sink := &hosttest.Sink{}
	if err := (ios.Lookup{}).Find(t.Context(), root, list, sink); err != nil {
		t.Fatal(err)
	}
	for _, c := range sink.Candidates {
		line := c.Path
		if !c.Recorded || c.Format != signatures.IPA || len(c.Files) > 0 {
			t.Errorf("%s has files", c.Path)
		}
		for _, f := range c.Facts {
			line += " " + string(f.Kind) + "=" + f.Value
		}
		found = append(found, line)
	}
	for _, g := range sink.Gaps {
		gaps = append(gaps, g.Kind+" "+g.Where)
	}
	return found, gaps, opened
}

func TestBackup(t *testing.T) {
	found, gaps, opened := find(t, backup(false))
	if diff := cmp.Diff([]string{
		"net.whatsapp.WhatsApp bundle.id=net.whatsapp.WhatsApp bundle.version=2.1.0 ios.store_item=424242 ios.store_seller=Synthetic Seller ios.origin=store-record ios.configuration=com.apple.mdm",
		"org.whispersystems.signal bundle.id=org.whispersystems.signal ios.origin=no-store-record ios.configuration=com.apple.mdm",
		"ph.telegra.Telegraph bundle.id=ph.telegra.Telegraph ios.origin=no-store-record ios.configuration=com.apple.mdm",
	}, found); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"corrupt Manifest.db", "not-in-copy net.whatsapp.WhatsApp", "not-in-copy org.whispersystems.signal", "not-in-copy ph.telegra.Telegraph"}, gaps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Info.plist", "Manifest.plist", "Manifest.db", "01/" + profileID}, opened); diff != "" {
		t.Error(diff)
	}
}

// TestEncrypted: only what stands in Info.plist is told, and that the rest is not.
func TestEncrypted(t *testing.T) {
	found, gaps, opened := find(t, backup(true))
	if len(found) != 1 || !strings.HasPrefix(found[0], "net.whatsapp.WhatsApp ") || strings.Contains(found[0], "configuration") {
		t.Errorf("%q", found)
	}
	if diff := cmp.Diff([]string{"encrypted Manifest.db", "encrypted Manifest.db", "not-in-copy net.whatsapp.WhatsApp"}, gaps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Info.plist", "Manifest.plist"}, opened); diff != "" {
		t.Error(diff)
	}
}

// TestBroken: a backup that was cut or changed leaves gaps, and the rest is told.
func TestBroken(t *testing.T) {
	whole := backup(false)
	db := string(iostest.ManifestDB(rows()[:303]...)) // without the impossible name
	whole["Manifest.db"] = db
	for name, change := range map[string]func(map[string]string){
		"no Info.plist":     func(m map[string]string) { delete(m, "Info.plist") },
		"Info.plist cut":    func(m map[string]string) { m["Info.plist"] = m["Info.plist"][:100] },
		"Info.plist empty":  func(m map[string]string) { m["Info.plist"] = "" },
		"no Manifest.plist": func(m map[string]string) { delete(m, "Manifest.plist") },
		"no Manifest.db":    func(m map[string]string) { delete(m, "Manifest.db") },
		"of iOS 9":          func(m map[string]string) { delete(m, "Manifest.db"); m["Manifest.mbdb"] = "mbdb\x05\x00" },
		"database empty":    func(m map[string]string) { m["Manifest.db"] = "" },
		"database cut":      func(m map[string]string) { m["Manifest.db"] = db[:len(db)/2] },
		"database doubled":  func(m map[string]string) { m["Manifest.db"] = db + db },
		"database looped":   func(m map[string]string) { m["Manifest.db"] = looped(db) },
		"a log beside":      func(m map[string]string) { m["Manifest.db-wal"] = "x" },
		"profile gone":      func(m map[string]string) { delete(m, "01/"+profileID) },
		"profile cut":       func(m map[string]string) { m["01/"+profileID] = "bplist00" },
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			for k, v := range whole {
				files[k] = v
			}
			change(files)
			found, gaps, _ := find(t, files)
			if len(found) == 0 {
				t.Error("nothing is left")
			}
			told := slices.ContainsFunc(gaps, func(g string) bool { return !strings.HasPrefix(g, "not-in-copy ") })
			if harmless := name == "database doubled"; told == harmless {
				t.Errorf("gaps: %q", gaps)
			}
		})
	}
}

// looped lets the table's page lead back to itself.
func looped(db string) string {
	b := []byte(db)
	copy(b[4096+8:], []byte{0, 0, 0, 2})
	return string(b)
}

func TestOpen(t *testing.T) {
	dir := write(t, backup(false))
	if root, err := ios.Open(dir); err != nil || root.Kind != platform.Backup || root.OS != "ios" {
		t.Errorf("%+v, %v", root, err)
	}
	outer := filepath.Dir(dir)
	var none *ios.NotBackupError
	if _, err := ios.Open(outer); !errors.As(err, &none) || !cmp.Equal(none.Inside, []string{dir}) {
		t.Errorf("%v, %+v", err, none)
	}
	if _, err := ios.Open(filepath.Join(dir, "01")); !errors.As(err, &none) {
		t.Error(err)
	}
	if _, err := ios.Open(filepath.Join(dir, "gone")); err == nil {
		t.Error("a folder that is not there was opened")
	}
}

// TestSQLiteTakesTheDatabase holds the writer of the tests against SQLite itself.
func TestSQLiteTakesTheDatabase(t *testing.T) {
	program, err := exec.LookPath("sqlite3")
	if err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip("sqlite3 is missing (Debian package sqlite3)")
	}
	name := filepath.Join(t.TempDir(), "Manifest.db")
	if err := os.WriteFile(name, iostest.ManifestDB(rows()...), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, name, "PRAGMA integrity_check; SELECT count(*), count(DISTINCT fileID) FROM Files").CombinedOutput()
	if err != nil || string(out) != "ok\n304|304\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// TestHostile: whatever is in a backup's files, nobody is told of a phone in
// silence: apps are found, or a gap says why not.
func TestHostile(t *testing.T) {
	db := iostest.ManifestDB(rows()...)
	for name, whole := range map[string][]byte{"Info.plist": []byte(info()), "Manifest.db": db, "Manifest.plist": []byte(backup(false)["Manifest.plist"])} {
		for how, broken := range fixture.Hostile(whole, 8, 16, 100, 108, 4096, 8192, len(whole)) {
			files := map[string]string{name: string(broken)}
			found, gaps, _ := find(t, files)
			if len(found) == 0 && len(gaps) == 0 {
				t.Errorf("%s, %s: nothing was said", name, how)
			}
		}
	}
}

func FuzzBackup(f *testing.F) {
	f.Add([]byte(info()), iostest.ManifestDB(rows()...))
	f.Add([]byte("bplist00"), []byte("SQLite format 3\x00"))
	f.Fuzz(func(t *testing.T, info, db []byte) {
		found, _, opened := find(t, map[string]string{"Info.plist": string(info), "Manifest.db": string(db)})
		for _, name := range opened {
			if strings.Contains(name, "..") || !bytes.Contains([]byte("Info.plist Manifest.plist Manifest.db"), []byte(name)) && name[2] != '/' {
				t.Errorf("%s was opened", name)
			}
		}
		_ = found
	})
}

package detect_test

import (
	"crypto/sha3"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
)

// verdictOf scans a folder as a Linux disk and returns client, verdict and reason
// of its only finding.
func verdictOf(t *testing.T, root platform.Root) string {
	t.Helper()
	list := embedded(t)
	inv, err := detect.Collect(t.Context(), root, list, detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res := judge.Judge(inv, list, judge.Policy{})
	if len(res.Findings) != 1 {
		t.Fatalf("findings %s, gaps %s", marshal(t, res.Findings), marshal(t, res.Gaps))
	}
	f := res.Findings[0]
	return f.Client + " " + string(f.Verdict) + " " + f.Reason
}

// TestSnap makes an image with Debian's mksquashfs, lays it out as snapd does,
// and changes a byte of it.
func TestSnap(t *testing.T) {
	dir := t.TempDir()
	const image = "root/var/lib/snapd/snaps/signal-desktop_8.snap"
	linuxtest.Write(t, dir, map[string]string{
		"tree/meta/snap.yaml":      "name: signal-desktop\nversion: '7.1'\n",
		"tree/opt/bin/signal":      "#!/bin/sh\n",
		filepath.Dir(image) + "/x": "",
	})
	linuxtest.Tool(t, dir, nil, "mksquashfs", "tree", image, "-noappend", "-comp", "xz")
	root := linuxtest.Disk(t, dir+"/root")
	if got := verdictOf(t, root); got != "signal unverified origin-unknown" {
		t.Errorf("without assertions: %s", got)
	}

	data, err := os.ReadFile(filepath.Join(dir, image))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha3.Sum384(data)
	const assertions = "root/var/lib/snapd/assertions/asserts-v0/"
	linuxtest.Write(t, dir, map[string]string{
		assertions + "snap-declaration/16/abc/active": "type: snap-declaration\nsnap-id: abc\nsnap-name: signal-desktop\npublisher-id: acc\n\n",
		assertions + "account/acc/active":             "type: account\naccount-id: acc\nusername: a-publisher\nvalidation: unproven\n\n",
		assertions + "snap-revision/d/active": "type: snap-revision\nsnap-sha3-384: " + base64.RawURLEncoding.EncodeToString(sum[:]) +
			"\nsnap-id: abc\nsnap-revision: 8\n\n",
	})
	if got := verdictOf(t, root); got != "signal unverified distribution-claimed" {
		t.Errorf("with assertions: %s", got)
	}

	data[len(data)/2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, image), data, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := verdictOf(t, root); got != "signal unverified differs-from-package" {
		t.Errorf("changed: %s", got)
	}

	// Mounted, as on a running machine, its programs are read there and only there.
	linuxtest.Write(t, dir, map[string]string{
		"root/snap/signal-desktop/8/meta/snap.yaml": "name: signal-desktop\nversion: '7.1'\n", "root/snap/signal-desktop/8/opt/bin/signal": "#!/bin/sh\n",
	})
	if got := verdictOf(t, root); got != "signal unverified differs-from-package" {
		t.Errorf("changed and mounted: %s", got)
	}
	inv, err := detect.Collect(t.Context(), root, embedded(t), detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if b := inv.Builds[0]; len(b.Files) != 1 || b.Files[0].Path != "snap/signal-desktop/8/opt/bin/signal" || len(b.Inside) > 0 {
		t.Errorf("mounted: files %s, inside %s", marshal(t, b.Files), marshal(t, b.Inside))
	}
}

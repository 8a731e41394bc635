package linuxtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Key is a throw-away key that gpg made.
type Key struct {
	Fingerprint string
	Env         []string // with which gpg, rpmsign and flatpak find it
	Home        string
}

// NewKey makes a key with GnuPG, in a folder of its own that is taken away when
// the test ends. Its agent is told to stop.
func NewKey(t testing.TB, name string) Key {
	t.Helper()
	// The agent's socket has a path of at most 107 bytes, which t.TempDir exceeds.
	home, err := os.MkdirTemp("", "gpg")
	if err != nil {
		t.Fatal(err)
	}
	k := Key{Home: home, Env: []string{"GNUPGHOME=" + home}}
	t.Cleanup(func() {
		kill := exec.Command("gpgconf", "--homedir", home, "--kill", "all")
		kill.Env = append(os.Environ(), k.Env...)
		_ = kill.Run()
		os.RemoveAll(home)
	})
	Tool(t, home, k.Env, "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", name+" <synthetic@example.org>", "rsa3072", "sign", "never")
	for line := range strings.Lines(Tool(t, home, k.Env, "gpg", "--batch", "--with-colons", "--list-keys")) {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && k.Fingerprint == "" {
			k.Fingerprint = fields[9]
		}
	}
	return k
}

// Export writes the public key to a file, armored or not.
func (k Key) Export(t testing.TB, file string, armored bool) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{"--batch", "--quiet", "--output", file}
	if armored {
		args = append(args, "--armor")
	}
	Tool(t, k.Home, k.Env, "gpg", append(args, "--export", k.Fingerprint)...)
}

package adb_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/platform/android/adb/adbdtest"
)

// TestGooglesOwnClient asks the synthetic phone with adb itself, which knows how a
// phone speaks: what it takes for an answer, a real phone could have given.
func TestGooglesOwnClient(t *testing.T) {
	server := adbdtest.StartServer(t)
	content := bytes.Repeat([]byte("synthetic "), 50_000) // several pieces
	for _, c := range []struct {
		name     string
		features []string
	}{
		{"a phone of today", nil},
		{"a phone without the second version of sync", []string{"shell_v2", "cmd"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			serial := server.Connect(t, &adbdtest.Phone{
				Model: "Synthetic", Features: c.features, Files: map[string][]byte{"/data/app/x/base.apk": content},
				Run: func(command string) adbdtest.Answer {
					return adbdtest.Answer{Stdout: "ran " + command + "\n"}
				},
			})
			to := filepath.Join(t.TempDir(), "base.apk")
			server.ADB(t, "-s", serial, "pull", "/data/app/x/base.apk", to)
			got, err := os.ReadFile(to)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes were pulled of %d, error %v", len(got), len(content), err)
			}
			if said := server.ADB(t, "-s", serial, "exec-out", "pm list users"); !strings.Contains(said, "ran pm list users") {
				t.Errorf("the command said %q", said)
			}
		})
	}
}

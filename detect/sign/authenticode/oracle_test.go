package authenticode_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/detect/sign/cms"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// The oracle is osslsigncode, an implementation of its own on OpenSSL.

// need finds a tool, or ends the test in the way that CHATVET_REQUIRE_ALL asks.
func need(t testing.TB, tool, from string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		missing(t, fmt.Sprintf("%s is not installed (%s)", tool, from))
	}
	return path
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// side is what one of the two says of one signature.
type side struct {
	Digest bool // the file is the one that was signed
	Good   bool // by somebody whose chain leads to a root, at a time when it could
}

func (s side) String() string { return fmt.Sprintf("digest %-5t good %-5t", s.Digest, s.Good) }

var indexLine = regexp.MustCompile(`(?m)^Signature Index: \d+ .*$`)

// osslsigncode returns its verdict on each signature of a file, none where it
// finds none; said is all that it said.
func osslsigncode(t testing.TB, file, ca string) (verdicts []side, said string) {
	t.Helper()
	args := []string{"verify", "-CAfile", ca, "-TSA-CAfile", ca, "-in", file}
	if hasOfflineOptions(t) {
		args = append(args, "-ignore-cdp", "-ignore-crl")
	}
	cmd := exec.Command(need(t, "osslsigncode", "Debian package osslsigncode"), args...)
	// Version 2.5 asks for revocation lists, and goes on without.
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC", "http_proxy=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9")
	var out bytes.Buffer
	cmd.Stdout = &out // what OpenSSL says on stderr would fall into the middle of a line
	_ = cmd.Run()     // its exit code is that of all signatures together
	said = out.String()
	starts := indexLine.FindAllStringIndex(said, -1)
	for i, at := range starts {
		part := said[at[0]:]
		if i+1 < len(starts) {
			part = said[at[0]:starts[i+1][0]]
		}
		verdicts = append(verdicts, side{
			Digest: !strings.Contains(part, "MISMATCH"),
			Good:   strings.Contains(part, "\nSignature verification: ok"),
		})
	}
	return verdicts, said
}

// hasOfflineOptions is true where osslsigncode can be told to ask no network, as
// later versions than Debian 12's own can.
func hasOfflineOptions(t testing.TB) bool {
	t.Helper()
	out, _ := exec.Command(need(t, "osslsigncode", "Debian package osslsigncode"), "verify", "--help").CombinedOutput()
	return strings.Contains(string(out), "-ignore-cdp")
}

// needNewOsslsigncode ends a test where osslsigncode can neither make time
// stamps nor sign app packages.
func needNewOsslsigncode(t testing.TB) {
	t.Helper()
	if !hasOfflineOptions(t) {
		missing(t, "osslsigncode is too old, 2.9 of bookworm-backports is new enough")
	}
}

// ours puts our outcome into the words of the oracle.
func ours(all []inventory.Signature) []side {
	var sides []side
	for _, s := range all {
		if s.Integrity == inventory.Unsigned {
			continue
		}
		sides = append(sides, side{
			// Whether the file is the one that was signed is another question
			// than whether the signature is by its signer's key.
			Digest: s.Integrity == inventory.Intact || len(s.Problems) > 0 && s.Problems[0] == inventory.ProblemSignatureInvalid,
			Good:   s.Integrity == inventory.Intact && s.Trust == inventory.Trusted && (s.Time == inventory.TimeValid || s.Time == inventory.TimeStamped),
		})
	}
	return sides
}

func policy(set *roots.Set) cms.Policy {
	return cms.Policy{Roots: set, StampRoots: set, Usage: cms.UsageCodeSigning, Now: time.Now()}
}

// verifyProgram checks a program as a scan does.
func verifyProgram(t testing.TB, program []byte, p cms.Policy) []inventory.Signature {
	t.Helper()
	f, err := pe.Read(bytes.NewReader(program), int64(len(program)))
	if err != nil {
		t.Fatal(err)
	}
	signed := authenticode.ReadProgram(f, p)
	_, err = digest.File(context.Background(), bytes.NewReader(program), int64(len(program)), digest.Request{Also: signed.Takers()})
	return signed.Signatures("program.exe", err == nil)
}

func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

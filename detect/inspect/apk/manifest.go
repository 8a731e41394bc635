package apk

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/avast/apkparser"
)

// ManifestName is the entry that makes a zip file an Android package.
const ManifestName = "AndroidManifest.xml"

// Bounds on a manifest.
const (
	maxManifest = 4 << 20 // bytes, unpacked
	maxTokens   = 1 << 16
	maxNames    = 512 // permissions, services and receivers, each
	maxText     = 1 << 10
)

// Manifest is what AndroidManifest.xml says. A text that is a reference into
// resources.arsc is empty.
type Manifest struct {
	Package      string
	VersionName  string
	VersionCode  string
	Label        string // of the application
	SharedUserID string
	Split        string // the name of the split; empty for a base
	MinSDK       int    // 1 where it is not given
	TargetSDK    int    // MinSDK where it is not given
	Sandbox      int    // targetSandboxVersion
	Debuggable   bool
	TestOnly     bool
	// InstallLocation is auto, internalOnly or preferExternal.
	InstallLocation string
	Permissions     []string // that it asks for
	Services        []string
	Receivers       []string
}

// Manifest unpacks and reads the manifest.
func (f *File) Manifest() (*Manifest, error) {
	b, ok, err := f.ReadFile(ManifestName, maxManifest)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: no %s", ErrNotZip, ManifestName)
	}
	return ReadManifest(b)
}

// ReadManifest reads a manifest in Android's binary form. What was read before
// an error is returned with it.
func ReadManifest(b []byte) (m *Manifest, err error) {
	m = &Manifest{MinSDK: 1, Sandbox: 1}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the manifest's parser stopped: %v", p)
		}
		m.TargetSDK = max(m.TargetSDK, m.MinSDK)
	}()
	if len(b) > maxManifest {
		return m, fmt.Errorf("a manifest of %d bytes is %w", len(b), ErrTooLarge)
	}
	b, err = tamed(b)
	if err != nil {
		return m, err
	}
	if err := apkparser.ParseXml(bytes.NewReader(b), &listener{m: m}, nil); err != nil && !errors.Is(err, apkparser.ErrEndParsing) {
		return m, fmt.Errorf("reading the manifest: %w", err)
	}
	return m, nil
}

// listener takes the parser's tokens.
type listener struct {
	m      *Manifest
	path   []string
	tokens int
}

// EncodeToken takes one token.
func (l *listener) EncodeToken(t xml.Token) error {
	if l.tokens++; l.tokens > maxTokens {
		return fmt.Errorf("the manifest's list of elements is %w", ErrTooLarge)
	}
	switch t := t.(type) {
	case xml.StartElement:
		l.path = append(l.path, t.Name.Local)
		l.start(t)
	case xml.EndElement:
		if len(l.path) > 0 {
			l.path = l.path[:len(l.path)-1]
		}
	}
	return nil
}

// Flush ends the tokens.
func (l *listener) Flush() error { return nil }

func (l *listener) start(t xml.StartElement) {
	m := l.m
	switch strings.Join(l.path, "/") {
	case "manifest":
		m.Package, m.VersionName, m.VersionCode = attribute(t, "package"), attribute(t, "versionName"), attribute(t, "versionCode")
		m.SharedUserID, m.Split = attribute(t, "sharedUserId"), attribute(t, "split")
		m.Sandbox = number(attribute(t, "targetSandboxVersion"), 1)
		m.InstallLocation = installLocations[attribute(t, "installLocation")]
	case "manifest/uses-sdk":
		m.MinSDK = number(attribute(t, "minSdkVersion"), 1)
		m.TargetSDK = number(attribute(t, "targetSdkVersion"), m.MinSDK)
	case "manifest/uses-permission", "manifest/uses-permission-sdk-23":
		m.Permissions = appendName(m.Permissions, t)
	case "manifest/application":
		m.Label = attribute(t, "label")
		m.Debuggable, m.TestOnly = attribute(t, "debuggable") == "true", attribute(t, "testOnly") == "true"
	case "manifest/application/service":
		m.Services = appendName(m.Services, t)
	case "manifest/application/receiver":
		m.Receivers = appendName(m.Receivers, t)
	}
}

// installLocations are the values of the attribute (android.content.pm.PackageInfo).
var installLocations = map[string]string{"0": "auto", "1": "internalOnly", "2": "preferExternal"}

// attribute is a text of an element, or empty where it is a reference. The
// package and the split are the two that stand in no namespace.
func attribute(t xml.StartElement, name string) string {
	bare := name == "package" || name == "split"
	for _, a := range t.Attr {
		if a.Name.Local == name && (a.Name.Space == "") == bare && !strings.HasPrefix(a.Value, "@") {
			return clip(a.Value)
		}
	}
	return ""
}

func appendName(names []string, t xml.StartElement) []string {
	name := attribute(t, "name")
	if name == "" || len(names) == maxNames {
		return names
	}
	return append(names, name)
}

func number(s string, otherwise int) int {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return otherwise
	}
	return int(n)
}

func clip(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

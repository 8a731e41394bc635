package ipa

import (
	"fmt"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// Profile is what Apple gave an app's maker to install it outside of the store.
type Profile struct {
	Kind string // enterprise, ad-hoc, development, app-store
	Team string // TeamIdentifier
	// Genuine is true where Apple signed it and nothing was changed since.
	Genuine bool
}

// Kinds of profile.
const (
	Enterprise  = "enterprise"  // for every device
	AdHoc       = "ad-hoc"      // for the devices on its list
	Development = "development" // the same, and a debugger may be attached
	AppStore    = "app-store"   // for sending it to the store
)

// Profile reads embedded.mobileprovision, a signed message (RFC 5652) around a
// property list; ok is false where there is none, as in what the store gives out.
func (p *Package) Profile(policy cms.Policy) (out Profile, ok bool, err error) {
	raw, ok, err := p.ReadFile(p.App+"/embedded.mobileprovision", maxProfile)
	if !ok || err != nil {
		return out, ok, err
	}
	m, err := cms.Parse(raw)
	if err != nil {
		return out, true, fmt.Errorf("embedded.mobileprovision: %w", err)
	}
	d, err := plist.Parse(m.Content)
	if err != nil {
		return out, true, fmt.Errorf("embedded.mobileprovision: %w", err)
	}
	if teams := d.List("TeamIdentifier"); len(teams) > 0 {
		out.Team, _ = teams[0].(string)
	}
	out.Kind = kindOf(d)
	policy.Usage = cms.UsageAny
	s := m.Check(0, nil, policy)
	out.Genuine = m.Signers() == 1 && s.Integrity == inventory.Intact && s.Chain.Trust == inventory.Trusted
	return out, true, nil
}

// kindOf tells profiles apart by whom they are for (TN3125, "Profile types").
func kindOf(d plist.Dict) string {
	all, _ := d["ProvisionsAllDevices"].(bool)
	debugged, _ := d.Dict("Entitlements")["get-task-allow"].(bool)
	switch {
	case all:
		return Enterprise
	case d.List("ProvisionedDevices") == nil:
		return AppStore
	case debugged:
		return Development
	}
	return AdHoc
}

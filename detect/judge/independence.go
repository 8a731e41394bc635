package judge

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/chatvet/chatvet/signatures"
)

// twoStrong is true where two items are strong and independent of each other.
// Looking for a pair, instead of counting groups, keeps a pattern that touches
// two groups from making one of them.
func twoStrong(items []*item) bool {
	strong := parted(items, signatures.Strong)
	for i, a := range strong {
		for _, b := range strong[i+1:] {
			if independent(a, b) {
				return true
			}
		}
	}
	return false
}

// strongAndTwoWeak is true where a strong item and two weak ones of different
// kinds are all independent of each other.
func strongAndTwoWeak(items []*item) bool {
	for _, s := range parted(items, signatures.Strong) {
		weak := slices.DeleteFunc(parted(items, signatures.Weak), func(w weighed) bool { return !independent(s, w) })
		for i, a := range weak {
			for _, b := range weak[i+1:] {
				if independent(a, b) && likeness(a.fact.Kind) != likeness(b.fact.Kind) {
					return true
				}
			}
		}
	}
	return false
}

// weighed is an item with what its independence depends on.
type weighed struct {
	*item
	text    string   // of content, in lower case
	domains []string // registrable domains of the hosts in it
}

func parted(items []*item, worth signatures.Strength) []weighed {
	var parts []weighed
	for _, i := range items {
		if i.worth != worth {
			continue
		}
		w := weighed{item: i}
		if i.fact.Kind == signatures.Content {
			w.text = strings.ToLower(i.fact.Value)
			w.domains = registrableDomains(w.text)
		}
		parts = append(parts, w)
	}
	return parts
}

// independent is false where two items may be two sights of one thing.
func independent(a, b weighed) bool {
	switch {
	case a.text != "" && b.text != "":
		return !overlap(a, b)
	case a.text != "":
		return !bytesOf(b, a)
	case b.text != "":
		return !bytesOf(a, b)
	}
	return likeness(a.fact.Kind) != likeness(b.fact.Kind)
}

func overlap(a, b weighed) bool {
	return strings.Contains(a.text, b.text) || strings.Contains(b.text, a.text) ||
		slices.ContainsFunc(a.domains, func(d string) bool { return slices.Contains(b.domains, d) })
}

// bytesOf is true where content is the very bytes of a version field.
func bytesOf(field, content weighed) bool {
	return strings.HasPrefix(string(field.fact.Kind), "pe.") && strings.Contains(strings.ToLower(field.fact.Value), content.text)
}

// likeness groups kinds that tell the same thing twice.
func likeness(k signatures.Kind) signatures.Kind {
	switch {
	case isID(k):
		return signatures.BundleID
	case k == signatures.OriginURL:
		return signatures.OriginHost
	case k == signatures.PEProductVersion:
		return signatures.PEVersion
	}
	return k
}

// registrableDomains are the registrable domains (public suffix and one label)
// and the addresses of all hosts in a text.
func registrableDomains(text string) []string {
	var domains []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !partOfHost(r) }) {
		host := strings.Trim(word, ".-")
		if addr, err := netip.ParseAddr(host); err == nil {
			domains = append(domains, addr.String())
			continue
		}
		suffix, listed := publicsuffix.PublicSuffix(host)
		if !listed && !strings.Contains(suffix, ".") {
			continue // not a top-level domain: "filter.exe"
		}
		if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			domains = append(domains, d)
		}
	}
	return domains
}

func partOfHost(r rune) bool {
	return r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 0x7f
}

package hosttest

import "github.com/chatvet/chatvet/signatures"

// List is a small signature list that the machines in testdata/hosts are made
// for. It is synthetic; the names are those of real clients.
func List() *signatures.List {
	var clients []*signatures.Client
	for _, name := range []string{"dino-im", "gajim", "nheko", "pidgin", "telegram-desktop"} {
		clients = append(clients, &signatures.Client{
			ID: name, Name: name,
			Claims: []signatures.Indicator{{Kind: signatures.DebPackage, Value: name}},
		})
	}
	for _, mac := range [][]string{
		{"signal", "org.whispersystems.signal-desktop", "org.whispersystems.signal"},
		{"telegram-mac", "ru.keepcoder.Telegram", "com.tdesktop.Telegram", "org.telegram.desktop"},
	} {
		c := &signatures.Client{ID: mac[0], Name: mac[0], Claims: []signatures.Indicator{{Kind: signatures.DisplayName, Value: mac[0]}}}
		for _, id := range mac[1:] {
			c.Claims = append(c.Claims, signatures.Indicator{Kind: signatures.BundleID, Value: id})
		}
		clients = append(clients, c)
	}
	filter := func(k signatures.Kind) signatures.Indicator {
		return signatures.Indicator{Kind: k, Value: "ContentFilter.exe"}
	}
	name, sibling := filter(signatures.FileName), filter(signatures.SiblingName)
	family := &signatures.Family{
		ID: "synthetic-edition", Kind: signatures.Regional,
		Rules: []signatures.Rule{{
			Name: "left over", When: signatures.Condition{Indicator: &name}, Hints: []signatures.Indicator{sibling},
		}},
	}
	return signatures.NewList("2026.01.01.1", "2026-01-01T00:00:00Z", []*signatures.Family{family}, clients)
}

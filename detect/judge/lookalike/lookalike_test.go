package lookalike

import "testing"

func TestImitates(t *testing.T) {
	for _, test := range []struct {
		name, other string
		want        How
	}{
		{"WhatsApp", "WhatsApp", No},
		{"WhatsApp", " whatsapp ", No},
		{"WhatsApp", "WhatsApp\u200b", Invisible},
		{"WhatsApp", "What\u202esApp", Invisible},
		{"WhatsApp", "\ufeffWhats\u00adApp", Invisible},
		{"WhatsApp", "WhatsApp\u3164", Invisible},
		{"WhatsApp", "Wh\u0430tsApp", Letters}, // Cyrillic a
		{"WhatsApp", "WhatsΑpp", Letters},      // Greek Alpha
		{"WhatsApp", "ＷｈａｔｓＡｐｐ", Letters},
		{"WhatsApp", "𝐖𝐡𝐚𝐭𝐬𝐀𝐩𝐩", Letters},
		{"WhatsApp", "WhátsApp", Letters},
		{"WhatsApp", "VVhatsApp", Letters},
		{"Telegram", "Te1egram", Letters},
		{"Telegram", "TeIegram", Letters}, // capital I
		{"Telegram", "Telegrarn", Letters},
		{"Signal", "S\u0456gn\u0430l", Letters},
		{"Telegram", "Telegrams", Typo},
		{"Telegram", "Telegam", Typo},
		{"Telegram", "Telegrem", Typo},
		{"Telegram", "Telergam", Typo},
		{"com.whatsapp", "com.whatsap", Typo},
		{"com.whatsapp", "com.whatsapp.w4b", No},
		{"Telegram", "Telegram X", No},
		{"Signal", "Signals", No}, // too short for a slip
		{"Viber", "Fiber", No},
		{"Telegram", "", No},
		{"WhatsApp", "微信", No},
	} {
		n, ok := Prepare(test.name)
		if !ok {
			t.Fatalf("%q is not prepared", test.name)
		}
		if got := n.Imitates(test.other); got != test.want {
			t.Errorf("%q for %q: %q, want %q", test.other, test.name, got, test.want)
		}
	}
}

func TestPrepareLeavesShortNamesOut(t *testing.T) {
	for _, name := range []string{"", "YY", "QQ", "\u200b\u200b\u200b\u200b"} {
		if _, ok := Prepare(name); ok {
			t.Errorf("%q is prepared", name)
		}
	}
}

func FuzzImitates(f *testing.F) {
	f.Add("WhatsApp", "WhatsApp\u200b")
	f.Add("Telegram", "Te1egram")
	f.Fuzz(func(t *testing.T, name, other string) {
		n, _ := Prepare(name)
		if how := n.Imitates(name); how != No {
			t.Errorf("%q imitates itself: %s", name, how)
		}
		m, _ := Prepare(other)
		a, b := n.Imitates(other), m.Imitates(name)
		if (a == Letters) != (b == Letters) {
			t.Errorf("%q and %q: %q one way, %q the other", name, other, a, b)
		}
	})
}

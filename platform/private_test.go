package platform

import "testing"

func TestPrivate(t *testing.T) {
	for name, want := range map[string]bool{
		"home/ann/.purple":                                        true,
		"home/ann/.purple/logs/irc/x.txt":                         true,
		"home/ann/.purple/plugins":                                false,
		"home/ann/.purple/plugins/otr.so":                         false,
		"Users/Ann/AppData/Roaming/.purple/plugins/x.DLL":         false,
		"Users/Ann/AppData/Roaming/.purple/accounts.xml":          true,
		"Users/Ann/AppData/Roaming/.purple/plugins/x.txt":         true,
		"home/ann/.purple/Plugins/OTR.SO":                         false,
		"home/ann/.purple/plugins/x.pl":                           false,
		"home/ann/.purple/plugins/accounts.xml":                   true,
		"home/ann/.purple/plugins/x":                              true,
		"home/ann/.purple/plugins/logs/x.so":                      true,
		"home/ann/.purple/plugins/.purple/logs/x.so":              true,
		"home/ann/.purple/logs/x.so":                              true,
		"home/ann/.purple/x.so":                                   true,
		"home/ann/.config/Signal/.purple/plugins/x.so":            true,
		"home/ann/.purple/plugins/tdata/x.so":                     true,
		"home/ann/.local/share/TelegramDesktop/tdata":             true,
		"home/ann/.config/Signal/sql/db.sqlite":                   true,
		"Users/ann/AppData/Roaming/Skype/ann/main.db":             true,
		"users/ANN/appdata/roaming/skype":                         true,
		"Users/ann/AppData/Roaming/Telegram Desktop/tdata/x":      true,
		"Users/ann/AppData/Roaming/Telegram Desktop/Telegram.exe": false,
		"Users/ann/Library/Messages/chat.db":                      true,
		"media/phone/WhatsApp/Databases/msgstore.db.crypt14":      true,
		"home/ann/Downloads/Signal/setup.exe":                     false,
		"home/ann/.config/other":                                  false,
		"opt/Signal/signal-desktop":                               false,
		"usr/lib/skypeforlinux/skypeforlinux":                     false,
		"usr/share/purple":                                        false,
		".":                                                       false,
	} {
		if got := Private(name); got != want {
			t.Errorf("%s: private %v, want %v", name, got, want)
		}
	}
	for _, folder := range PrivateFolders() {
		if !Private("home/ann/" + folder + "/x/y") {
			t.Errorf("%s is in the list and not private", folder)
		}
	}
}

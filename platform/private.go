package platform

import (
	"path"
	"slices"
	"strings"
)

// Private is true for names in which chat programs keep conversations,
// contacts, keys and sessions, or inside of them. Look-ups neither list nor
// open them, whoever named them. Case does not matter. The one exception are
// Pidgin's plug-ins, which lie among them and are programs.
func Private(name string) bool {
	parts := strings.Split(strings.ToLower(name), "/")
	for i, part := range parts {
		for _, folder := range privateFolders[part] {
			if endsWith(parts[:i+1], folder) && !(part == ".purple" && isPlugIn(parts[i+1:])) {
				return true
			}
		}
	}
	return false
}

// isPlugIn is true for what of Pidgin's own folder is code and not conversations:
// the folder of a person's plug-ins, and the plug-ins directly in it. The rest of
// that folder, and folders below it, stay private.
func isPlugIn(below []string) bool {
	switch {
	case len(below) == 0 || below[0] != "plugins":
		return false
	case len(below) == 1:
		return true
	}
	return len(below) == 2 && slices.Contains(PlugInEndings(), path.Ext(below[1]))
}

// PlugInEndings are what names of plug-ins that Pidgin loads from a person's folder
// end in: libraries of Linux and of Windows, and scripts of its loaders for Perl and
// Tcl (and Python, which had one once).
func PlugInEndings() []string { return []string{".so", ".dll", ".pl", ".py", ".tcl"} }

func endsWith(parts, folder []string) bool {
	if len(parts) < len(folder) {
		return false
	}
	for i, part := range folder {
		if parts[len(parts)-len(folder)+i] != part {
			return false
		}
	}
	return true
}

// privateFolders has the folders of PrivateFolders by their last part.
var privateFolders = func() map[string][][]string {
	byLast := map[string][][]string{}
	for _, folder := range PrivateFolders() {
		parts := strings.Split(strings.ToLower(folder), "/")
		last := parts[len(parts)-1]
		byLast[last] = append(byLast[last], parts)
	}
	return byLast
}()

// PrivateFolders lists the ends of paths that Private goes by. Folders in which
// a program lies beside its data (Telegram's on Windows) are named by the
// folder of the data.
func PrivateFolders() []string {
	return []string{
		// Linux
		".purple", ".gaim", ".local/share/TelegramDesktop", "tdata",
		".config/Signal", ".config/Signal Beta", ".config/Element", ".config/Riot", ".config/discord",
		".config/discordcanary", ".config/discordptb", ".config/skypeforlinux", ".config/Slack", ".config/Microsoft",
		".config/teams-for-linux", ".config/Session", ".config/Wire", ".config/Keybase", ".config/Mattermost",
		".config/WhatsApp", ".config/whatsapp-for-linux", ".config/ViberPC", ".ViberPC", ".Skype",
		".config/gajim", ".local/share/gajim", ".cache/gajim", ".local/share/dino", ".config/nheko", ".local/share/nheko",
		".config/psi", ".local/share/psi", ".config/psi+", ".local/share/psi+", ".psi",
		".local/share/linphone", ".config/linphone", ".config/tox", ".config/qTox", ".config/hexchat", ".xchat2",
		".config/Mumble", ".local/share/Mumble", ".config/weechat", ".local/share/weechat", ".weechat", ".irssi",
		".local/share/jami", ".local/share/kaidan", ".local/share/KDE/neochat", ".local/share/profanity",
		".local/share/fractal", ".local/share/evolution", ".config/evolution", ".thunderbird", ".icedove",
		".xwechat", "xwechat_files", "WeChat Files", "Tencent Files", ".config/QQ", ".config/LINE",
		// sandboxes: everything an app keeps
		".var/app",
		// browsers, which hold web chats
		".mozilla", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".config/microsoft-edge", ".config/opera",
		// keys that open the above
		".gnupg", ".ssh", ".local/share/keyrings", ".password-store",
		// Windows
		"AppData/Roaming/Skype", "AppData/Roaming/Signal", "AppData/Roaming/Element", "AppData/Roaming/discord",
		"AppData/Roaming/.purple", "AppData/Roaming/ViberPC", "AppData/Roaming/WhatsApp", "AppData/Roaming/Slack",
		"AppData/Roaming/Microsoft/Teams", "AppData/Roaming/Thunderbird", "AppData/Roaming/Mozilla", "AppData/Roaming/Tencent",
		"AppData/Local/Packages", "AppData/Local/LINE/Data", "AppData/Local/Google/Chrome/User Data",
		"AppData/Local/Microsoft/Edge/User Data",
		// macOS
		"Library/Messages", "Library/Containers", "Library/Group Containers", "Library/Keychains",
		"Library/Application Support/Signal", "Library/Application Support/Skype", "Library/Application Support/Telegram Desktop",
		"Library/Application Support/discord", "Library/Application Support/Element", "Library/Application Support/WhatsApp",
		"Library/Application Support/Slack", "Library/Application Support/ViberPC",
		"Library/Application Support/Adium 2.0", "Library/Application Support/Session", "Library/Application Support/Wire",
		"Library/Application Support/Keybase", "Library/Application Support/Mattermost", "Library/Application Support/Rocket.Chat",
		"Library/Application Support/Microsoft/Teams", "Library/Application Support/Gajim", "Library/Application Support/Psi",
		"Library/Application Support/QQ", "Library/Application Support/LINE", "Library/Application Support/zoom.us",
		"Library/Application Support/discordcanary", "Library/Application Support/discordptb", "Library/Application Support/Riot",
		"Library/Application Support/Google/Chrome", "Library/Application Support/Firefox", "Library/Thunderbird", "Library/Mail",
		// phones, copied to a disk
		"WhatsApp/Databases", "WhatsApp/Backups", "WhatsApp/Media", "tencent/MicroMsg",
		"com.whatsapp/databases", "com.whatsapp/files", "com.whatsapp/shared_prefs",
		"org.thoughtcrime.securesms/databases", "org.thoughtcrime.securesms/files", "org.thoughtcrime.securesms/shared_prefs",
		"org.telegram.messenger/files", "org.telegram.messenger/shared_prefs",
	}
}

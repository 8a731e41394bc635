package desktop

import (
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// chatSchemes are the links by which chat clients are opened.
var chatSchemes = []string{
	"discord", "element", "im", "line", "matrix", "msteams", "sgnl", "signalcaptcha", "sip", "skype", "slack",
	"tg", "threema", "tonsite", "viber", "wechat", "weixin", "whatsapp", "xmpp", "zoommtg",
}

// takesChatLinks is true where an entry is a handler for such a link.
func takesChatLinks(mimeTypes string) bool {
	for mime := range strings.SplitSeq(mimeTypes, ";") {
		scheme, ok := strings.CutPrefix(strings.TrimSpace(mime), "x-scheme-handler/")
		if !ok {
			continue
		}
		for _, known := range chatSchemes {
			if scheme == known {
				return true
			}
		}
	}
	return false
}

// ProgramOf is the program that a value of Exec starts, as an FS name, for an entry
// of a home or of the system (""); empty where that cannot be told.
func ProgramOf(fsys platform.FS, home, exec string) string {
	return (&search{fs: fsys}).programOf(home, exec)
}

// programOf is the program that an entry starts, as an FS name; empty where that
// cannot be told. A bare name is looked for where people's own programs come
// before the system's.
func (s *search) programOf(home, exec string) string {
	words := split(exec)
	for len(words) > 0 && (path.Base(words[0]) == "env" || strings.Contains(words[0], "=") && !strings.HasPrefix(words[0], "/")) {
		words = words[1:]
	}
	if len(words) == 0 || words[0] == "" {
		return ""
	}
	name := words[0]
	if rest, ok := strings.CutPrefix(name, "~/"); ok && home != "" {
		return path.Join(home, rest)
	}
	if strings.HasPrefix(name, "/") {
		return strings.TrimPrefix(path.Clean(name), "/")
	}
	if strings.Contains(name, "/") {
		return ""
	}
	dirs := []string{"usr/local/bin", "usr/bin", "bin", "usr/games"}
	if home != "" {
		dirs = append([]string{home + "/.local/bin", home + "/bin"}, dirs...)
	}
	for _, dir := range dirs {
		if _, err := s.fs.Resolve(dir + "/" + name); err == nil {
			return dir + "/" + name
		}
	}
	return ""
}

// Words takes a value of Exec apart, for those who ask what a program is started
// with.
func Words(exec string) []string { return split(exec) }

// split takes a value of Exec apart (Desktop Entry Specification, "The Exec
// key"): words, some in double quotes with backslashes. Escapes of the file's own
// strings come on top: "\\\\" is one backslash.
func split(exec string) []string {
	const longest = 64
	exec = strings.NewReplacer(`\\`, `\`, `\s`, " ", `\t`, "\t").Replace(exec)
	var words []string
	var word strings.Builder
	quoted, any := false, false
	for i := 0; i < len(exec) && len(words) < longest; i++ {
		c := exec[i]
		switch {
		case c == '"':
			quoted, any = !quoted, true
		case c == '\\' && quoted && i+1 < len(exec):
			i++
			word.WriteByte(exec[i])
		case c == ' ' && !quoted || c == '\t' && !quoted:
			if any {
				words = append(words, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteByte(c)
			any = true
		}
	}
	if any && len(words) < longest {
		words = append(words, word.String())
	}
	return words
}

package platform

import (
	"path"
	"strings"
)

// codeOptions are options by which Electron, Chromium or Node load code that is
// not the app's own, or let somebody else in who does (Electron's documentation,
// "Supported Command Line Switches"; nodejs.org/api/cli.html).
var codeOptions = []string{
	"--require", "--import", "--load-extension", "--inspect", "--inspect-brk", "--inspect-brk-node",
	"--remote-debugging-port", "--remote-debugging-pipe", "--remote-debugging-address",
}

// codeVariables are variables of the environment that do the same; of NODE_OPTIONS
// only some options do.
var codeVariables = []string{"LD_PRELOAD", "LD_AUDIT", "ELECTRON_RUN_AS_NODE"}

// LoadsOther picks, of the words that start a program, the options and variables
// that make it load code which is not its own, each with its value. Words is what
// stands in a desktop entry or a shell link, taken apart.
func LoadsOther(words []string) (found []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		name, value, valued := strings.Cut(word, "=")
		switch {
		case isOneOf(codeOptions, strings.ToLower(name)):
			if !valued && i+1 < len(words) && takesFile(name) {
				word += " " + words[i+1]
				i++
			}
			found = append(found, word)
		case word == "-r" && i+1 < len(words) && isCode(words[i+1]):
			found = append(found, word+" "+words[i+1])
			i++
		case valued && value != "" && isOneOf(codeVariables, name):
			found = append(found, word)
		case valued && name == "NODE_OPTIONS" && len(LoadsOther(nodeWords(value))) > 0:
			found = append(found, word)
		}
	}
	return found
}

// nodeWords writes Node's short option out.
func nodeWords(value string) []string {
	words := strings.Fields(value)
	for i := range words {
		if words[i] == "-r" {
			words[i] = "--require"
		}
	}
	return words
}

// isCode is true for files that Electron's short option -r loads. Other programs
// have an option of that name with another meaning.
func isCode(name string) bool {
	return isOneOf([]string{".js", ".cjs", ".mjs", ".node", ".asar"}, strings.ToLower(path.Ext(name)))
}

// takesFile is true for options whose value may be a word of its own.
func takesFile(option string) bool {
	return strings.EqualFold(option, "--require") || strings.EqualFold(option, "--import")
}

func isOneOf(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

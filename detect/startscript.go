package detect

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/desktop"
	"github.com/chatvet/chatvet/platform/linux/owned"
	"github.com/chatvet/chatvet/platform/linux/program"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on the scripts that are read for one build.
const (
	maxStartScripts = 64
	maxScriptSize   = 64 << 10
	maxScriptWords  = 4096
	maxCommands     = 16 // names of one build that are looked for in front of it
)

// startScripts reads the shell scripts that stand before a client: those that its
// entries start instead of it, and those of its name in folders that a shell looks
// through before the system's. What a package has is that package's matter.
func (b *builder) startScripts(started []string) {
	scripts := started
	for _, folder := range b.commandFolders() {
		for _, name := range b.commands() {
			scripts = append(scripts, path.Join(folder, name))
		}
	}
	slices.Sort(scripts)
	var read []string
	for _, name := range slices.Compact(scripts) {
		real, ok := b.foreignScript(name)
		if ok && !slices.Contains(read, real) && len(read) < maxStartScripts {
			read = append(read, real)
		}
	}
	gap := func(name string, err error) { b.gapBeside(name, "which package has a file", err) }
	has, err := owned.Files(b.ctx, b.root.FS, read, gap)
	if err != nil || has.Incomplete {
		return
	}
	for _, name := range read {
		if !has.Has(name) {
			b.startScript(name)
		}
	}
}

// commands are the names by which a person starts the programs of a build.
func (b *builder) commands() []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) && len(names) < maxCommands {
			names = append(names, name)
		}
	}
	add(b.linuxPackage())
	add(path.Base(b.found.Path))
	for _, f := range b.found.Files {
		if dir, base := path.Split(f.Path); program.InPath(dir) {
			add(base)
		}
	}
	return names
}

// commandFolders come before /usr/bin where a shell looks for a command: in Debian
// and Fedora those of the person first.
func (b *builder) commandFolders() []string {
	folders := []string{"usr/local/bin"}
	for _, home := range b.homes() {
		folders = append(folders, path.Join(home, ".local/bin"), path.Join(home, "bin"))
	}
	return folders
}

// foreignScript is where a name leads to, if that may be opened and is no file of
// the build.
func (b *builder) foreignScript(name string) (real string, ok bool) {
	real, err := b.root.FS.Resolve(name)
	if err != nil || platform.Private(real) || platform.Private(name) || !declared(real) || b.isOwn(real) {
		return "", false
	}
	info, err := b.root.FS.Lstat(real)
	return real, err == nil && info.Mode().IsRegular() && info.Size() <= maxScriptSize
}

// isOwn is true for the files of the build, also where a link leads to them.
func (b *builder) isOwn(real string) bool {
	return slices.ContainsFunc(b.found.Files, func(f platform.CandidateFile) bool { return f.Path == real }) || real == b.found.Path
}

// declared is true for what docs/what-is-read.md says of entries and scripts.
func declared(name string) bool {
	return slices.ContainsFunc(desktop.Lookup{}.Reads(), func(p string) bool { return platform.MatchReads(p, name) })
}

// startScript notes what a script makes the client load, where it starts it.
func (b *builder) startScript(name string) {
	text, err := b.whole(name, maxScriptSize)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		b.gapBeside(name, "what this script starts", err)
		return
	}
	if !shellScript(text) {
		return
	}
	words := shellWords(string(text))
	if !b.starts("", words) {
		return
	}
	for _, option := range b.loadsOther("", words) {
		b.fact(signatures.StartOption, platform.Display(option), platform.Display(name))
	}
}

// shellScript is true where a file's first line names a shell, as the kernel reads
// it (execve(2), "Interpreter scripts").
func shellScript(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	rest, ok := bytes.CutPrefix(line, []byte("#!"))
	words := strings.Fields(string(rest))
	if ok && len(words) > 1 && path.Base(words[0]) == "env" {
		words = slices.DeleteFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "-") || strings.Contains(w, "=") })
	}
	return ok && len(words) > 0 && slices.Contains([]string{"sh", "bash", "dash", "ash", "ksh", "zsh"}, path.Base(words[0]))
}

// starts is true where one of some words names a program of the build.
func (b *builder) starts(home string, words []string) bool {
	commands := b.commands()
	return slices.ContainsFunc(words, func(w string) bool {
		if slices.Contains(commands, w) {
			return true
		}
		at := inRoot(home, w)
		if at == "" {
			return false
		}
		real, err := b.root.FS.Resolve(at)
		return err == nil && b.isOwn(real)
	})
}

// loadsOther are the options that make a client load code that is not its own, and
// archives of Electron that are none of its.
func (b *builder) loadsOther(home string, words []string) []string {
	found := platform.LoadsOther(words)
	for _, w := range words {
		at := inRoot(home, w)
		if at == "" || !strings.HasSuffix(strings.ToLower(w), ".asar") || slices.ContainsFunc(found, func(f string) bool { return strings.HasSuffix(f, w) }) {
			continue
		}
		real, err := b.root.FS.Resolve(at)
		if err == nil && !b.isOwn(real) {
			found = append(found, w)
		}
	}
	return found
}

// inRoot is the name below the root that a word stands for; empty where it is none.
func inRoot(home, word string) string {
	for _, own := range []string{"~/", "$HOME/", "${HOME}/"} {
		if rest, ok := strings.CutPrefix(word, own); ok && home != "" {
			return path.Join(home, rest)
		}
	}
	if !strings.HasPrefix(word, "/") {
		return ""
	}
	return strings.TrimPrefix(path.Clean(word), "/")
}

// shellWords takes a script apart into words as a shell does (POSIX, Shell Command
// Language, 2.2 and 2.3), without carrying any of it out: variables and commands
// in it stay as they are written.
func shellWords(text string) []string {
	var words []string
	var word strings.Builder
	any := false
	end := func() {
		if any && len(words) < maxScriptWords {
			words = append(words, word.String())
		}
		word.Reset()
		any = false
	}
	quote := byte(0)
	for i := 0; i < len(text) && len(words) < maxScriptWords; i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(text):
			if i++; text[i] != '\n' {
				word.WriteByte(text[i])
				any = true
			}
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, any = c, true
		case c == '#' && !any:
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case strings.IndexByte(" \t\r\n;&|()<>`", c) >= 0:
			end()
		default:
			word.WriteByte(c)
			any = true
		}
	}
	end()
	return words
}

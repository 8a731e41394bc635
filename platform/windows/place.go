package windows

import (
	"errors"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

var (
	errNoPath    = errors.New("not a path")
	errElsewhere = errors.New("lies on another drive or machine, which has to be named")
)

// place turns a Windows path, as the registry and links write it, into a name of
// the root. home is the Windows path of the profile that variables are meant
// for, or "".
func (s *search) place(raw, home string) (string, error) {
	raw = strings.Trim(strings.TrimSpace(raw), `"`)
	raw = s.expand(raw, home)
	raw = strings.ReplaceAll(raw, "/", `\`)
	for _, prefix := range []string{`\\?\`, `\??\`, `\\.\`} {
		raw = strings.TrimPrefix(raw, prefix)
	}
	drive := driveOf(raw)
	switch {
	case strings.HasPrefix(raw, `\\`) || strings.HasPrefix(strings.ToUpper(raw), `UNC\`):
		return "", errElsewhere
	case drive == "" || len(raw) < 3 || raw[2] != '\\' || strings.ContainsRune(raw, 0):
		return "", errNoPath
	}
	name := path.Clean("/" + strings.ReplaceAll(raw[3:], `\`, "/"))[1:]
	switch {
	case s.root.Kind == platform.Live:
		if name == "" {
			return drive, nil
		}
		return drive + "/" + name, nil
	case drive != s.system.drive:
		return "", errElsewhere
	case name == "":
		return ".", nil
	}
	return name, nil
}

// expand puts values in the place of variables. Where Windows lets people choose
// them, the values here are those it comes with.
func (s *search) expand(raw, home string) string {
	if !strings.Contains(raw, "%") {
		return raw
	}
	drive := s.system.drive
	values := map[string]string{
		"systemdrive": drive, "systemroot": drive + `\Windows`, "windir": drive + `\Windows`,
		"programfiles": drive + `\Program Files`, "programw6432": drive + `\Program Files`, "programfiles(x86)": drive + `\Program Files (x86)`,
		"commonprogramfiles": drive + `\Program Files\Common Files`,
		"programdata":        drive + `\ProgramData`, "allusersprofile": drive + `\ProgramData`, "public": drive + `\Users\Public`,
	}
	if home != "" {
		values["userprofile"], values["localappdata"], values["appdata"] = home, home+`\AppData\Local`, home+`\AppData\Roaming`
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(raw, "%")
		name, after, closed := strings.Cut(rest, "%")
		value, known := values[strings.ToLower(name)]
		out.WriteString(before)
		switch {
		case !found:
			return out.String()
		case closed && known:
			out.WriteString(value)
			raw = after
		default:
			out.WriteString("%")
			raw = rest
		}
	}
}

// programOf is the program of a command line or of an icon ("C:\x.exe,0").
func programOf(command string) string {
	command = strings.TrimSpace(command)
	if quoted, ok := strings.CutPrefix(command, `"`); ok {
		program, _, _ := strings.Cut(quoted, `"`)
		return program
	}
	if at := strings.Index(strings.ToLower(command), ".exe"); at >= 0 {
		return command[:at+len(".exe")]
	}
	if program, number, ok := strings.Cut(command, ","); ok && strings.Trim(number, "-0123456789 ") == "" {
		return program
	}
	return command
}

// ofInstaller is true for what installers keep for themselves: icons and copies of
// packages, which are no installed program.
func ofInstaller(name string) bool {
	low := strings.ToLower(name)
	if drive, rest, ok := strings.Cut(low, "/"); ok && len(drive) == 2 && drive[1] == ':' {
		low = rest
	}
	return strings.HasPrefix(low, "windows/") || strings.HasPrefix(low, "programdata/package cache/")
}

// shared is true for folders that hold the things of many programs: a record
// that names one of them names no installation.
func shared(name string) bool {
	if drive, rest, ok := strings.Cut(name, "/"); ok && len(drive) == 2 && drive[1] == ':' {
		name = rest
	}
	parts := strings.Split(strings.ToLower(name), "/")
	switch parts[0] {
	case "windows", ".", "", "$recycle.bin", "system volume information":
		return true
	case "users":
		return len(parts) <= 3 || parts[2] == "appdata" && len(parts) <= 4 ||
			len(parts) == 5 && sharedInProfile[strings.Join(parts[2:], "/")]
	case "program files", "program files (x86)", "program files (arm)", "programdata":
		return len(parts) == 1 || len(parts) == 2 && (parts[1] == "common files" || parts[1] == "windowsapps")
	}
	return len(name) == 2 && name[1] == ':'
}

var sharedInProfile = map[string]bool{
	"appdata/local/programs": true, "appdata/local/temp": true, "appdata/local/microsoft": true, "appdata/roaming/microsoft": true,
}

// base is the last part of a name, and dir what it lies in.
func base(name string) string { return path.Base(name) }
func dir(name string) string  { return path.Dir(name) }

func join(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
}

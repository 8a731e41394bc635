package dumpsys

import (
	"strconv"
	"strings"
)

// maxUsers bounds a list of users; phones allow a handful.
const maxUsers = 64

// User is a person's own space on a phone, or a second one beside it.
type User struct {
	ID int
	// Profile is true for a space that belongs to another user: for work, a secure
	// folder, a second copy of apps.
	Profile bool
	Running bool
}

// profileFlags are UserInfo.FLAG_MANAGED_PROFILE and FLAG_PROFILE.
const profileFlags = 0x20 | 0x1000

// Users reads "pm list users". A user's name is left out: it is a person's. A name
// may hold any character, also those that the list is written with.
func Users(text string) []User {
	var all []User
	for line := range strings.Lines(text) {
		_, rest, ok := strings.Cut(line, "UserInfo{")
		end := strings.LastIndexByte(rest, '}')
		if !ok || end < 0 || len(all) == maxUsers {
			continue
		}
		inside, after := rest[:end], rest[end+1:]
		number, _, _ := strings.Cut(inside, ":")
		id, err := strconv.ParseUint(number, 10, 31)
		if err != nil {
			continue
		}
		flags, _ := strconv.ParseUint(inside[strings.LastIndexByte(inside, ':')+1:], 16, 32)
		all = append(all, User{ID: int(id), Profile: flags&profileFlags != 0, Running: strings.Contains(after, "running")})
	}
	return all
}

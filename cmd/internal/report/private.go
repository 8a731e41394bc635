package report

import (
	"os"
	"os/user"
	"strings"
)

// Private returns the names of the user and of the machine that this program
// runs on, for Share.
func Private() []string {
	var names []string
	if u, err := user.Current(); err == nil {
		_, account, inDomain := strings.Cut(u.Username, `\`)
		if !inDomain {
			account = u.Username
		}
		names = append(names, u.Username, account, u.Name)
	}
	if host, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(host, ".")
		names = append(names, host, short)
	}
	return names
}

package platform

// Record is what a package manager keeps that may tie an installed package to
// whoever distributes it. Which fields are set depends on the package manager.
// Names are FS names; nothing in it is verified yet.
type Record struct {
	// Of dpkg and apt.
	Archive  string   // the .deb; empty where it was not kept
	Releases []string // signed release files (InRelease)
	Indexes  []string // package indexes (Packages, plain or compressed)

	// Keys are files with OpenPGP keys that the system has for its package
	// managers, PublicKeys such keys that stand in a database. They prove nothing
	// by being there.
	Keys       []string
	PublicKeys [][]byte

	// Header is what rpm's database holds of the package.
	Header []byte

	// Of flatpak: the repository of objects, the commit, and the folder that it
	// was deployed to.
	Repository string
	Commit     string
	Deployed   string
}

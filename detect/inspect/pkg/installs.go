package pkg

import (
	"fmt"
	"path"
	"strings"
)

// Bounds on what one package may say.
const (
	maxComponents = 256
	maxBundles    = 64
)

// Installs is what a package says that it does.
type Installs struct {
	Title   string // of its first page
	Product string // id and version of the whole, where it names one
	Version string
	// Components are the packages in it: one for a component package, several
	// for a product archive.
	Components []Component
}

// Component is one package that is installed as a whole.
type Component struct {
	ID, Version string
	// Folder is its place in the archive; empty where the archive is it.
	Folder string
	// Scripts are the programs that would run, as "preinstall: ./preinstall".
	Scripts []string
	// Apps are the bundles that it says it installs, without those in others.
	Apps []App
	// Payload is true where there is something to be installed.
	Payload bool
}

// App is a bundle as a PackageInfo lists it.
type App struct{ Path, ID, Version string }

type infoXML struct {
	ID      string      `xml:"identifier,attr"`
	Version string      `xml:"version,attr"`
	Bundles []bundleXML `xml:"bundle"`
	Scripts []struct {
		Before []scriptXML `xml:"preinstall"`
		After  []scriptXML `xml:"postinstall"`
	} `xml:"scripts"`
}

type bundleXML struct {
	Path    string `xml:"path,attr"`
	ID      string `xml:"id,attr"`
	Version string `xml:"CFBundleShortVersionString,attr"`
	// Nested are bundles in it.
	Nested []bundleXML `xml:"bundle"`
}

type scriptXML struct {
	File string `xml:"file,attr"`
}

type distributionXML struct {
	Title   []string `xml:"title"`
	Product []struct {
		ID      string `xml:"id,attr"`
		Version string `xml:"version,attr"`
	} `xml:"product"`
}

// Installs reads PackageInfo of every component, and Distribution. Problems are
// those of one of them; the others are read all the same.
func (f *File) Installs() (in Installs, problems []error) {
	for i := range f.Members {
		m := &f.Members[i]
		folder, base := path.Split(m.Name)
		folder = strings.TrimSuffix(folder, "/")
		var err error
		switch {
		case base == "PackageInfo" && len(in.Components) == maxComponents:
			err = fmt.Errorf("%w: more than %d packages in it", ErrTooLarge, maxComponents)
		case base == "PackageInfo":
			err = f.readInfo(m, folder, &in)
		case m.Name == "Distribution":
			err = f.readDistribution(m, &in)
		}
		if err != nil && len(problems) < 16 {
			problems = append(problems, err)
		}
	}
	return in, problems
}

func (f *File) readInfo(m *Member, folder string, in *Installs) error {
	var x infoXML
	if err := f.document(m, &x); err != nil {
		return err
	}
	c := Component{ID: x.ID, Version: x.Version, Folder: folder}
	for _, s := range x.Scripts {
		for _, b := range s.Before {
			c.Scripts = append(c.Scripts, "preinstall: "+b.File)
		}
		for _, a := range s.After {
			c.Scripts = append(c.Scripts, "postinstall: "+a.File)
		}
	}
	for _, b := range x.Bundles {
		if strings.HasSuffix(b.Path, ".app") && !strings.Contains(b.Path, ".app/") && len(c.Apps) < maxBundles {
			c.Apps = append(c.Apps, App{b.Path, b.ID, b.Version})
		}
	}
	for _, other := range f.Members {
		c.Payload = c.Payload || path.Dir(other.Name) == path.Dir(m.Name) && path.Base(other.Name) == "Payload"
	}
	in.Components = append(in.Components, c)
	return nil
}

func (f *File) readDistribution(m *Member, in *Installs) error {
	var x distributionXML
	if err := f.document(m, &x); err != nil {
		return err
	}
	if len(x.Title) > 0 {
		in.Title = strings.TrimSpace(x.Title[0])
	}
	if len(x.Product) > 0 {
		in.Product, in.Version = x.Product[0].ID, x.Product[0].Version
	}
	return nil
}

func (f *File) document(m *Member, into any) error {
	text, err := f.Open(m)
	if err != nil {
		return err
	}
	if err := parse(text, into); err != nil {
		return fmt.Errorf("reading %q: %w", m.Name, err)
	}
	return nil
}

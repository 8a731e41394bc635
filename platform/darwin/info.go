package darwin

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

const (
	infoName = "Info.plist"
	// wrapper holds an application for phones as it is installed on a Mac.
	wrapper = "Wrapper"
	maxName = 256 // bytes of what an application says of itself
)

// info is what an application says of itself.
type info struct {
	id, name, version, executable string
	// contents is the folder in which its programs lie, below the application.
	contents string
	wrapped  bool // for a phone, where programs lie in no folder of their own
}

// infoOf reads what an application says of itself. What cannot be read is a gap,
// and what it is called must do.
func (s *search) infoOf(folder string) info {
	i := info{contents: "Contents"}
	name := folder + "/Contents/" + infoName
	d, err := s.readList(name)
	if errors.Is(err, fs.ErrNotExist) {
		if inner := s.wrapped(folder); inner != "" {
			i.contents, i.wrapped = wrapper+"/"+inner, true
			name = folder + "/" + i.contents + "/" + infoName
			d, err = s.readList(name)
		}
	}
	if err != nil {
		s.listGap(name, "what this app says of itself", err)
		return i
	}
	text := func(key string) string {
		if t := d.Text(key); len(t) <= maxName {
			return t
		}
		return ""
	}
	i.id, i.version = text("CFBundleIdentifier"), text("CFBundleShortVersionString")
	i.name = cmp.Or(text("CFBundleDisplayName"), text("CFBundleName"))
	if e := text("CFBundleExecutable"); e == path.Base(e) && e != ".." {
		i.executable = e
	}
	return i
}

// wrapped is the name of the application for phones in one that only wraps it.
func (s *search) wrapped(folder string) string {
	entries, err := s.readDir(folder + "/" + wrapper)
	if err != nil {
		return "" // it is no wrapper
	}
	for _, e := range entries {
		if e.IsDir() && isApp(e.Name()) {
			return e.Name()
		}
	}
	return ""
}

// title is what a person would call the application.
func (i info) title(folder string) string { return cmp.Or(i.name, stem(folder)) }

func (i info) facts() []signatures.Fact {
	var all []signatures.Fact
	for _, f := range []signatures.Fact{
		{Kind: signatures.BundleID, Value: i.id},
		{Kind: signatures.DisplayName, Value: i.name},
		{Kind: signatures.BundleVersion, Value: i.version},
	} {
		if f.Value == "" {
			continue
		}
		if _, err := signatures.ParseVersion(f.Value); err != nil && f.Kind == signatures.BundleVersion {
			continue
		}
		f.Value = platform.Display(f.Value)
		all = append(all, f)
	}
	return all
}

// readList reads a property list.
func (s *search) readList(name string) (plist.Dict, error) {
	data, err := s.read(name, plist.MaxSize)
	if err != nil {
		return nil, err
	}
	return plist.Parse(data)
}

// read returns a whole file of at most limit bytes.
func (s *search) read(name string, limit int64) ([]byte, error) {
	real, err := s.fs.Resolve(name)
	if err == nil && platform.Private(real) {
		err = platform.ErrPrivate
	}
	if err != nil {
		return nil, err
	}
	f, err := s.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("larger than %d bytes: %w", limit, platform.ErrTooMany)}
	}
	return data, err
}

// listGap reports a list that cannot be read or is damaged.
func (s *search) listGap(name, what string, err error) {
	if errors.Is(err, plist.ErrDamaged) || errors.Is(err, plist.ErrTooLarge) {
		s.gap(platform.Gap{Where: platform.Display(name), What: what, Kind: platform.GapCorrupt, Reason: err.Error()})
		return
	}
	s.gapOf(name, what, err)
}

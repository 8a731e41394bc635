package aptrelease

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

// Mentioned is a package that an index names. No signature and no digest was
// looked at, so it proves nothing.
type Mentioned struct {
	Package    string
	Repository string // "updates.signal.org/desktop/apt, xenial/main"
	Version    string
}

// Mention looks for packages in indexes as they are, in one pass. An index that cannot be
// read is a problem; an error is returned only when ctx ended.
func Mention(ctx context.Context, indexes []IndexFile, names []string) (found []Mentioned, problems []Problem, err error) {
	for _, file := range indexes {
		all, err := mention(ctx, file, names)
		if ctx.Err() != nil {
			return nil, problems, ctx.Err()
		}
		if err != nil {
			problems = append(problems, Problem{file.Name, err})
		}
		found = append(found, all...)
	}
	return found, problems, nil
}

func mention(ctx context.Context, file IndexFile, names []string) ([]Mentioned, error) {
	if file.Size > longestIndex {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, file.Size)
	}
	suffix := path.Ext(file.Name)
	if !strings.HasSuffix(strings.TrimSuffix(file.Name, suffix), "_Packages") {
		suffix = "" // its name has a dot elsewhere
	}
	raw := withContext{ctx, io.NewSectionReader(file, 0, file.Size)}
	plain, err := unpack.NewReader(suffix, raw, unpack.Limits{Output: longestIndex, Window: indexWindow})
	if err != nil {
		return nil, describe(err)
	}
	defer plain.Close()
	wants := make([]Want, len(names))
	for i, name := range names {
		wants[i].Package = name
	}
	listed, err := search(nil, "", plain, wants)
	if err != nil {
		return nil, describe(err)
	}
	var all []Mentioned
	for _, l := range listed {
		all = append(all, Mentioned{l.Package, Repository(file.Name), l.Version})
	}
	return all, nil
}

// Repository names the repository that an index is of, from the name that apt
// gave the index: host, folder, and what stands below dists without the
// architecture.
func Repository(index string) string {
	name, err := url.PathUnescape(strings.ReplaceAll(path.Base(index), "_", "/"))
	if err != nil {
		return ""
	}
	at, suite, ok := strings.Cut(name, "/dists/")
	if !ok {
		at, _, _ = strings.Cut(name, "/Packages") // a repository without suites
		return strings.TrimSuffix(at, "/.")
	}
	suite, _, _ = strings.Cut(suite, "/binary-")
	return at + ", " + suite
}

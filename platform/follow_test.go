package platform

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"testing"
)

func TestFollowLinks(t *testing.T) {
	links := map[string]string{
		"bin":          "usr/bin",
		"usr/bin/sh":   "/usr/bin/dash",
		"out":          "../../../../etc/passwd",
		"abs":          "/etc/passwd",
		"here":         ".",
		"a":            "b",
		"b":            "a",
		"self/x":       "../self/x/y",
		"chain0":       "usr",
		"home/ann/up":  "..",
		"double":       "//usr//bin/",
		"empty-target": "",
	}
	for i := 1; i <= MaxLinks; i++ {
		links["chain"+strconv.Itoa(i)] = "chain" + strconv.Itoa(i-1)
	}
	read := func(name string) (string, bool, error) {
		if strings.HasPrefix(name, "gone") {
			return "", false, fs.ErrNotExist
		}
		target, ok := links[name]
		return target, ok, nil
	}
	for name, want := range map[string]string{
		"":                      ".",
		".":                     ".",
		"/":                     ".",
		"..":                    ".",
		"usr/bin":               "usr/bin",
		"bin/sh":                "usr/bin/dash",
		"out":                   "etc/passwd",
		"abs":                   "etc/passwd",
		"here/here/usr":         "usr",
		"home/ann/up":           "home",
		"home/ann/up/../../etc": "etc",
		"/bin//./x/":            "usr/bin/x",
		"double/x":              "usr/bin/x",
		"chain39":               "usr",
		"empty-target/x":        "x",
	} {
		got, err := FollowLinks(name, read)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]error{"a": ErrLoop, "self/x": ErrLoop, "chain40": ErrLoop, "gone/x": fs.ErrNotExist} {
		_, err := FollowLinks(name, read)
		var pe *fs.PathError
		if !errors.Is(err, want) || !errors.As(err, &pe) || pe.Path != name {
			t.Errorf("%q: error %v, want a *fs.PathError of %v", name, err, want)
		}
	}
}

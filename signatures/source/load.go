package source

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

const (
	maxFileSize = 1 << 20 // bytes of YAML in one file
	maxFiles    = 10_000
)

// Load reads a tree of data: families/*.yaml, clients/*.yaml,
// distributions/*.yaml, helplines.yaml and list.yaml, which holds the edition. The list holds
// what could be read; where Errors of the diagnostics is not empty it is only
// good for saying so, for a condition that could not be read asks for nothing.
func Load(fsys fs.FS) (*signatures.List, []Diagnostic) {
	d := Read(fsys)
	return d.List, d.Diagnostics
}

// LoadFile reads a single file of the tree, a family or a client.
func LoadFile(fsys fs.FS, name string) (*signatures.List, []Diagnostic) {
	d := ReadFile(fsys, name)
	return d.List, d.Diagnostics
}

// Read does as Load, and keeps the places where everything was written.
func Read(fsys fs.FS) *Data {
	t := newTree(fsys)
	for _, folder := range []string{"clients", "families", "distributions"} {
		names, err := fs.Glob(fsys, folder+"/*.yaml")
		if err != nil {
			t.data.report(Position{File: folder}, Unreadable, "%v", err)
		}
		if len(names) > maxFiles {
			t.data.report(Position{File: folder}, Unreadable, "more than %d files", maxFiles)
			names = names[:maxFiles]
		}
		for _, name := range names {
			t.read(name, folder)
		}
	}
	for _, name := range []string{"helplines", "list"} {
		if _, err := fs.Stat(fsys, name+".yaml"); err == nil {
			t.read(name+".yaml", name)
		}
	}
	if len(t.families)+len(t.clients) == 0 && len(t.data.Diagnostics) == 0 {
		t.data.report(Position{File: "."}, Unreadable, "there is neither a families/*.yaml nor a clients/*.yaml")
	}
	return t.finish()
}

// ReadFile does as LoadFile, and keeps the places where everything was written.
func ReadFile(fsys fs.FS, name string) *Data {
	t := newTree(fsys)
	t.data.Lone = true
	t.read(name, "")
	return t.finish()
}

// tree collects what the files say.
type tree struct {
	data            *Data
	version, issued string
	families        []*signatures.Family
	clients         []*signatures.Client
	helplines       []signatures.Helpline
	byID            map[string]*signatures.Client
}

func newTree(fsys fs.FS) *tree {
	return &tree{
		data: &Data{fsys: fsys, Files: map[any]string{}, positions: map[any]Position{}},
		byID: map[string]*signatures.Client{},
	}
}

func (t *tree) finish() *Data {
	t.data.List = signatures.NewList(t.version, t.issued, t.families, t.clients).WithHelplines(t.helplines)
	Sort(t.data.Diagnostics)
	return t.data
}

// read reads one file. What it holds is told by the folder, or, without one, by
// its fields.
func (t *tree) read(name, folder string) {
	root, err := parse(t.data.fsys, name)
	if err != nil {
		at, err := placeOf(name, err)
		t.data.report(at, Unreadable, "%v", err)
		return
	}
	d := &decoder{file: name, data: t.data}
	if folder == "" {
		folder = folderOf(root)
	}
	switch folder {
	case "families":
		f := d.family(root)
		t.families = append(t.families, f)
		t.data.Files[f] = name
	case "clients":
		c := d.client(root)
		t.clients = append(t.clients, c)
		t.data.Files[c] = name
		if t.byID[c.ID] == nil {
			t.byID[c.ID] = c
		}
	case "distributions":
		d.addPins(d.distribution(root), t.byID)
	case "helplines":
		t.helplines = d.helplines(root)
	case "list":
		d.mapping(root, "list", fields{
			"*version": func(n *yaml.Node) { text(d, n, "version", &t.version) },
			"*issued":  func(n *yaml.Node) { text(d, n, "issued", &t.issued) },
		})
	}
}

func folderOf(root *yaml.Node) string {
	if hasKey(root, "imitates") {
		return "families"
	}
	return "clients"
}

// parse reads a file of one YAML document. A panic in the YAML library, which
// fuzzing has not found, would be an error like any other.
func parse(fsys fs.FS, name string) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("reading YAML: %v", p)
		}
	}()
	data, err := readFile(fsys, name, maxFileSize)
	if err != nil {
		return nil, withoutPath(err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	var document, next yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if len(strings.TrimSpace(string(data))) == 0 {
			return nil, errors.New("the file is empty")
		}
		return nil, err
	}
	if decoder.Decode(&next) == nil {
		return nil, errors.New("more than one YAML document")
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, errors.New("no YAML document")
	}
	return document.Content[0], nil
}

var yamlLine = regexp.MustCompile(`^yaml: line ([0-9]+): (.*)`)

// placeOf moves the line out of an error of the YAML library.
func placeOf(name string, err error) (Position, error) {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return Position{File: name}, err
	}
	line, _ := strconv.Atoi(m[1])
	return Position{File: name, Line: line, Column: 1}, errors.New(m[2])
}

// withoutPath leaves out what the diagnostic's position says already.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// BaseID is the id that a file's name stands for.
func BaseID(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

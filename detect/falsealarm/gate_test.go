package falsealarm

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// leastFiles is how many files the whole corpus has to have: fewer would say
// too little.
const leastFiles = 60_000

// cutShort is what platform/folder calls the rest of a folder with too many files.
const cutShort = "the files after the first ones"

// part is one piece of the corpus.
type part struct {
	name string
	// roots are the things to scan, one after the other.
	roots func(testing.TB) []opener
	// clients are some that are in it: a gate that finds nothing at all is blind.
	clients []string
}

type opener func() (platform.Root, error)

func parts() []part {
	return []part{
		{name: "/usr of this machine", roots: below("/usr")},
		{name: "this machine", roots: one(platform.OpenLive)},
		{name: "Go module cache", roots: moduleCache},
		{name: "npm packages", roots: fetched("npm")},
		{name: "Debian packages", roots: fetched("debs"), clients: []string{"telegram", "pidgin", "dino", "gajim", "hexchat", "mumble"}},
		{name: "Debian packages, unpacked", roots: unpacked, clients: []string{"telegram", "pidgin", "dino", "gajim", "hexchat", "mumble", "nheko", "psi-plus", "qtox"}},
		{name: "chatvet itself", roots: itself},
	}
}

func TestGenuineSoftwareGivesNoWarning(t *testing.T) {
	if os.Getenv("CHATVET_REQUIRE_ALL") != "1" && os.Getenv("CHATVET_FALSE_ALARMS") != "1" {
		t.Skip("scans gigabytes for minutes; CHATVET_FALSE_ALARMS=1 asks for it")
	}
	total := count{}
	var table strings.Builder
	table.WriteString("| | files | programs | MiB | findings | warnings |\n|---|---|---|---|---|---|\n")
	for _, p := range parts() {
		t.Run(p.name, func(t *testing.T) {
			c := count{}
			for _, open := range p.roots(t) {
				c.add(scan(t, open))
			}
			if c.programs == 0 {
				t.Error("no program was looked at")
			}
			for _, client := range p.clients {
				if c.clients[client] == 0 {
					t.Errorf("%s is in it and was not found", client)
				}
			}
			for _, a := range c.alarms {
				t.Error(a)
			}
			fmt.Fprintf(&table, "| %s | %s |\n", p.name, c)
			total.add(c)
		})
	}
	fmt.Fprintf(&table, "| all | %s |\n", total)
	t.Logf("\n%s", &table)
	if total.files < leastFiles {
		t.Errorf("%d files, want %d or more", total.files, leastFiles)
	}
	if name := os.Getenv("CHATVET_FALSE_ALARMS_TABLE"); name != "" {
		if err := os.WriteFile(name, []byte(table.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// A gate that cannot see an alarm is none: here is one on purpose, a synthetic
// file made from an example of the list.
func TestTheGateSeesAnAlarm(t *testing.T) {
	family := list(t).Family("tom-skype")
	files, err := fixture.FromExample(family.Tests.Hit[0], signatures.Windows)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if c := scan(t, func() (platform.Root, error) { return platform.OpenPaths(dir) }); len(c.alarms) == 0 {
		t.Errorf("no alarm over %q", slices.Sorted(maps.Keys(files)))
	}
}

func list(t testing.TB) *signatures.List {
	t.Helper()
	l, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// scan does with a root what the command scan does.
func scan(t *testing.T, open opener) count {
	t.Helper()
	root, err := open()
	if err != nil {
		t.Fatal(err)
	}
	inv, err := detect.Collect(t.Context(), root, list(t), detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if inv.Partial {
		t.Fatalf("the scan of %s did not end", root.Name)
	}
	for _, g := range inv.Gaps {
		if g.What == cutShort {
			t.Errorf("%s was not scanned to its end: %s", g.Where, g.Reason)
		}
	}
	return tally(judge.Judge(inv, list(t), judge.Policy{}))
}

// count is what a scan came to.
type count struct {
	files, programs, findings int
	bytes                     int64
	clients                   map[string]int
	alarms                    []string // one line for each warning
}

func tally(res judge.Result) count {
	c := count{files: res.Checked.Files, programs: res.Checked.Programs, bytes: res.Checked.Bytes,
		findings: len(res.Findings), clients: map[string]int{}}
	builds := map[string]*inventory.Build{}
	for i := range res.Builds {
		builds[res.Builds[i].ID] = &res.Builds[i]
	}
	for _, f := range res.Findings {
		c.clients[f.Client]++
		if f.Level == judge.Warning || f.Level == judge.StrongWarning {
			where := f.Build
			if b := builds[f.Build]; b != nil {
				where = b.Path
			}
			c.alarms = append(c.alarms, fmt.Sprintf("%s: %s (%s), client %q, family %q", where, f.Verdict, f.Reason, f.Client, f.Family))
		}
	}
	return c
}

func (c *count) add(d count) {
	c.files += d.files
	c.programs += d.programs
	c.findings += d.findings
	c.bytes += d.bytes
	c.alarms = append(c.alarms, d.alarms...)
	if c.clients == nil {
		c.clients = map[string]int{}
	}
	for client, n := range d.clients {
		c.clients[client] += n
	}
}

func (c count) String() string {
	return fmt.Sprintf("%d | %d | %d | %d | %d", c.files, c.programs, c.bytes>>20, c.findings, len(c.alarms))
}

func one(open opener) func(testing.TB) []opener {
	return func(testing.TB) []opener { return []opener{open} }
}

func paths(names ...string) opener {
	return func() (platform.Root, error) { return platform.OpenPaths(names...) }
}

// below makes one root of each folder in a folder, because a scan takes only so
// many files at a time.
func below(dir string) func(testing.TB) []opener {
	return func(t testing.TB) []opener {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var roots []opener
		for _, e := range entries {
			if e.IsDir() {
				roots = append(roots, paths(filepath.Join(dir, e.Name())))
			}
		}
		return roots
	}
}

func moduleCache(t testing.TB) []opener {
	t.Helper()
	return below(goSays(t, "env", "GOMODCACHE"))(t)
}

// fetched is a folder that .ci/corpus filled.
func fetched(name string) func(testing.TB) []opener {
	return func(t testing.TB) []opener { t.Helper(); return []opener{paths(corpus(t, name))} }
}

func unpacked(t testing.TB) []opener {
	t.Helper()
	root := corpus(t, "root")
	return []opener{func() (platform.Root, error) { return platform.OpenDisk(root) }, paths(root)}
}

func corpus(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("CHATVET_CORPUS_CACHE")
	if dir == "" {
		missing(t, "CHATVET_CORPUS_CACHE does not name a folder")
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		missing(t, err.Error())
	}
	return dir
}

func missing(t testing.TB, what string) {
	t.Helper()
	what += "; .ci/corpus FOLDER fetches it"
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// itself is this repository and the programs that it makes: what is on the list
// must not be found in the list.
func itself(t testing.TB) []opener {
	t.Helper()
	programs := t.TempDir()
	for _, system := range []string{"linux", "windows", "darwin"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(programs, "chatvet-"+system), "github.com/chatvet/chatvet/cmd/chatvet")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building for %s: %v\n%s", system, err, out)
		}
	}
	return []opener{paths(filepath.Dir(goSays(t, "env", "GOMOD"))), paths(programs)}
}

func goSays(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

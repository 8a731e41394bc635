package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net"
	"strings"
	"testing"
)

// The rule that keeps network packages out of a scan (detect/imports_test.go)
// has this package as an exception, to listen on loopback. It may use no more of
// them than that: nothing here connects to anything.
func TestOnlyListens(t *testing.T) {
	allowed := map[string]map[string]bool{
		"net": {"ListenConfig": true, "Listener": true},
		"http": {"Server": true, "Handler": true, "HandlerFunc": true, "Request": true, "ResponseWriter": true, "NewServeMux": true, "NewResponseController": true,
			"Redirect": true, "Error": true, "NotFound": true, "MaxBytesReader": true, "ErrServerClosed": true, "MethodGet": true, "MethodHead": true},
	}
	files, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	ast.Inspect(files["web"], func(n ast.Node) bool {
		if use, ok := n.(*ast.SelectorExpr); ok {
			if from, ok := use.X.(*ast.Ident); ok && from.Obj == nil && allowed[from.Name] != nil {
				seen++
				if name := use.Sel.Name; !allowed[from.Name][name] && !strings.HasPrefix(name, "Status") {
					t.Errorf("uses %s.%s", from.Name, name)
				}
			}
		}
		return true
	})
	if seen == 0 {
		t.Error("saw no use at all")
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	s, err := Listen(Work{}, DefaultBounds)
	if err != nil {
		t.Fatal(err)
	}
	defer s.listener.Close()
	if a := s.listener.Addr().(*net.TCPAddr); !a.IP.IsLoopback() {
		t.Errorf("listens on %v", a)
	}
	if other, err := Listen(Work{}, DefaultBounds); err != nil || other.site.token == s.site.token || len(s.site.token) != 32 {
		t.Errorf("tokens %q and %q, error %v", s.site.token, other.site.token, err)
	} else {
		other.listener.Close()
	}
}

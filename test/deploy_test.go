package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

// TestBuildpackLayout checks what Google's buildpack requires of the root folder:
// one package in all .go files, tests too, with an exported target.
func TestBuildpackLayout(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	handles := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name.Name != "function" {
			t.Errorf("%s is package %s; the buildpack refuses a second package", name, file.Name.Name)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			switch f.Name.Name {
			case "New":
				t.Errorf("%s declares New; Knative func requires exactly one of New and Handle", name)
			case "Handle":
				handles++
			}
		}
	}
	if handles != 1 {
		t.Errorf("%d declarations of Handle, want 1", handles)
	}
	if _, err := os.Stat("../go.work"); err == nil {
		t.Error("there is a go.work; the buildpack's main does not build beside it")
	}
}

// TestGeneratedMain runs the platform's own main until SIGTERM.
func TestGeneratedMain(t *testing.T) {
	env := serveGoogle(t, emulator.New(emulator.Options{}), emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
	p := start(t, buildMain(t, generatedMain), env...)
	if got := p.get(t, "/health"); !strings.Contains(got, "ready") {
		t.Errorf("GET /health = %s, want ready", got)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(10*time.Second, func() { _ = p.Process.Kill() }) // as Cloud Run does
	defer late.Stop()
	if err := p.Wait(); err != nil {
		t.Errorf("the process ended with %v, want exit code 0 within ten seconds", err)
	}
}

package detect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShellWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                           nil,
		"a  b;c&&d|e":                {"a", "b", "c", "d", "e"},
		"A=\"x y\" 'b $c' d\\ e":     {"A=x y", "b $c", "d e"},
		"a # b\nc#d":                 {"a", "c#d"},
		"a \\\n b":                   {"a", "b"},
		"\"\" x":                     {"", "x"},
		"$(cmd) `x`":                 {"$", "cmd", "x"},
		"'never ends":                {"never ends"},
		"A=\"in \\\" it\"":           {"A=in \" it"},
		strings.Repeat("a ", 10_000): strings.Fields(strings.Repeat("a ", maxScriptWords)),
	} {
		if diff := cmp.Diff(want, shellWords(in)); diff != "" {
			t.Errorf("%.40q: %s", in, diff)
		}
	}
}

func TestShellScript(t *testing.T) {
	for in, want := range map[string]bool{
		"": false, "#!": false, "#!/bin/sh": true, "#! /bin/bash -e\nx": true, "#!/usr/bin/env bash": true, "#!/usr/bin/env -S A=b zsh -f": true,
		"#!/usr/bin/python3": false, "#!/usr/bin/env": false, "\x7fELF": false, "# !/bin/sh": false,
	} {
		if got := shellScript([]byte(in)); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func FuzzShellWords(f *testing.F) {
	for _, seed := range []string{"LD_PRELOAD=/x.so exec \"$@\"", "'a\\", "#", "\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		n := 0
		for _, w := range shellWords(in) {
			n += len(w)
		}
		if n > len(in) {
			t.Errorf("%d bytes of words out of %d", n, len(in))
		}
	})
}

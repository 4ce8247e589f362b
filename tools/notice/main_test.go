package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLicence(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, licence, owner string }{
		{"MIT", "MIT License\n\nCopyright (c) 2020 Anna\n\nPermission is hereby granted, free of charge, to any person", "MIT", "Copyright (c) 2020 Anna"},
		{"BSD with a broken line", "Copyright 2009 The Go Authors.\n\nRedistribution and use in source\nand binary forms … Neither the\nname of", "BSD-3-Clause", "Copyright 2009 The Go Authors."},
		{"BSD of two clauses", "Copyright 2009 A.\nRedistribution and use in source and binary forms", "BSD-2-Clause", "Copyright 2009 A."},
		{"Apache names no owner", "Apache License\nVersion 2.0\nCopyright [yyyy] [name]", "Apache-2.0", ""},
		{"Mozilla", "Mozilla Public License Version 2.0", "MPL-2.0", ""},
		{"a stranger is refused", "All rights reserved", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "LICENSE"), []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			licence, owner, err := licenceOf(dir)
			if licence != test.licence || owner != test.owner || (err == nil) != (test.licence != "") {
				t.Errorf("got %q %q %v, want %q %q", licence, owner, err, test.licence, test.owner)
			}
		})
	}
}

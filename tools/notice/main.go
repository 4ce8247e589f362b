// Command notice keeps the last part of NOTICE: the Go modules that are linked
// into the binary, on any system we build for, with the licence of each, read
// from the module's own licence file. It needs no network.
//
//	go run ./tools/notice          # writes it
//	go run ./tools/notice -check   # complains when it is stale
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const heading = "## Go modules linked into kring\n"

// module is what `go list` says of one.
type module struct {
	Path, Version, Dir string
	Main               bool
}

func main() {
	check := flag.Bool("check", false, "only say whether NOTICE is up to date")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	modules := map[string]module{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		if err := linked(system, modules); err != nil {
			return err
		}
	}
	list, err := render(modules)
	if err != nil {
		return err
	}
	old, err := os.ReadFile("NOTICE")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	own, _, _ := strings.Cut(string(old), heading)
	text := strings.TrimRight(own, "\n") + "\n\n" + heading + list
	switch {
	case text == string(old):
		return nil
	case check:
		return errors.New("NOTICE is stale: go run ./tools/notice")
	}
	return os.WriteFile("NOTICE", []byte(text), 0o644)
}

// linked adds the modules that the binary of one system holds.
func linked(system string, modules map[string]module) error {
	list := exec.Command("go", "list", "-deps", "-json=Module", ".")
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return err
	}
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct{ Module *module }
		if err := lines.Decode(&pkg); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if pkg.Module != nil && !pkg.Module.Main {
			modules[pkg.Module.Path] = *pkg.Module
		}
	}
}

// render writes one line for each module, sorted by path.
func render(modules map[string]module) (string, error) {
	lines := []string{"* Go standard library: BSD-3-Clause; Copyright 2009 The Go Authors."}
	for _, m := range modules {
		licence, owner, err := licenceOf(m.Dir)
		if err != nil {
			return "", fmt.Errorf("%s: %w", m.Path, err)
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("* %s: %s; %s", m.Path, licence, owner), "; "))
	}
	slices.Sort(lines[1:])
	return "\n" + strings.Join(lines, "\n") + "\n", nil
}

var copyright = regexp.MustCompile(`(?m)^\W*(Copyright (?:\([cC]\) |© )?.*\d{4}.*|Copyright (?:\([cC]\)|©) .*)$`)

// licenceOf names the licence in a module's folder and whose it is.
func licenceOf(dir string) (licence, owner string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", "", err
	}
	for _, file := range files {
		name := strings.ToUpper(filepath.Base(file))
		if !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return "", "", err
		}
		if licence = nameOf(string(text)); licence == "" {
			continue
		}
		if found := copyright.FindStringSubmatch(string(text)); found != nil && licence != "Apache-2.0" && licence != "MPL-2.0" {
			owner = strings.TrimSpace(found[1])
		}
		return licence, owner, nil
	}
	return "", "", errors.New("no licence that this program knows: read it, then teach nameOf")
}

// nameOf knows the licences we may link; another one must be looked at first.
func nameOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case has("Apache License") && has("Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License") && has("2.0"):
		return "MPL-2.0"
	case has("Permission is hereby granted, free of charge"):
		return "MIT"
	case has("MIT No Attribution"):
		return "MIT-0"
	case has("Permission to use, copy, modify, and/or distribute this software for any purpose"),
		has("Permission to use, copy, modify, and distribute this software for any purpose"):
		return "ISC"
	case has("Redistribution and use in source and binary forms") && (has("Neither the name") || has("names of its contributors")):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("This is free and unencumbered software"):
		return "Unlicense"
	}
	return ""
}

// Package file has the rules of files on a record: what they may be called and
// how large they may be. A file is only ever handed out as a download.
package file

import (
	"path"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// File is a file on a record, without what is in it.
type File struct {
	ID      id.File   `json:"id"`
	Kind    fact.Kind `json:"kind"` // of the record it is on
	Record  id.Record `json:"record"`
	Name    string    `json:"name"`
	Size    int64     `json:"size"`   // bytes
	SHA256  string    `json:"sha256"` // hexadecimal
	Member  id.Member `json:"member"` // who put it there
	Added   int64     `json:"added_at"`
	Deleted int64     `json:"deleted_at,omitempty"`
}

// Limits (HOUSE).
const (
	MaxName  = 160
	MaxSize  = 25 << 20 // bytes
	MaxFiles = 200      // on one record
)

var (
	// ErrName says that a file needs a name.
	ErrName = fault.New(fault.Invalid, "file.name", "a file needs a name of at most 160 characters")
	// ErrBig says that a file is too large.
	ErrBig = fault.New(fault.Invalid, "file.big", "a file has at most 25 MB")
	// ErrEmpty says that there is nothing in a file.
	ErrEmpty = fault.New(fault.Invalid, "file.empty", "there is nothing in this file")
	// ErrMany says that a record has enough files.
	ErrMany = fault.New(fault.Invalid, "file.many", "a record has at most 200 files")
)

// Name is a safe name for what a browser called it: the last part of the path,
// one line, without signs that a file system or a header trips over.
func Name(typed string) (string, error) {
	typed = path.Base(strings.ReplaceAll(typed, `\`, "/"))
	name, err := fold.Clean(typed, MaxName)
	if err != nil {
		return "", ErrName
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"<>:|?*/\`, r) {
			return '_'
		}
		return r
	}, strings.Trim(name, ". "))
	if name == "" {
		return "", ErrName
	}
	return name, nil
}

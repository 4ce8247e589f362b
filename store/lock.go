package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"kring/base/fault"
)

// ErrInUse says that another process has the folder of the database in hand.
var ErrInUse = fault.New(fault.Busy, "data.in_use", "another Kring has this folder in use: stop it first")

// errHeld says that another holds a lock.
var errHeld = errors.New("held by another process")

// lockFile takes a lock of the operating system on a file, made when it is
// missing; closing the file, or the end of the process, gives it back.
func lockFile(ctx context.Context, name string, alone, wait bool) (*os.File, error) {
	for {
		f, err := openLocked(name, alone)
		if err == nil || !errors.Is(err, errHeld) || !wait {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// hold takes the folder of the embedded database in use, together with other
// processes or alone. Whoever restores must be alone.
func hold(ctx context.Context, dir string, alone bool) (*os.File, error) {
	f, err := lockFile(ctx, filepath.Join(dir, "kring.lock"), alone, false)
	if errors.Is(err, errHeld) {
		err = ErrInUse
	}
	return f, err
}

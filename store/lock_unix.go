//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

func openLocked(name string, alone bool) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	for {
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if err == nil {
		return f, nil
	}
	if err == syscall.EWOULDBLOCK {
		err = errHeld
	}
	return nil, errors.Join(err, f.Close())
}

// free is the room left for this process where dir is, in bytes.
func free(dir string) (uint64, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(dir, &s)
	return uint64(s.Bavail) * uint64(s.Bsize), err
}

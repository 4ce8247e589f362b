package store

import (
	"os"
	"syscall"
	"unsafe"
)

// openLocked uses the share mode: whoever is alone shares with nobody, the
// others share reading.
func openLocked(name string, alone bool) (*os.File, error) {
	p, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	share := uint32(syscall.FILE_SHARE_READ)
	if alone {
		share = 0
	}
	h, err := syscall.CreateFile(p, syscall.GENERIC_READ, share, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	const sharingViolation = syscall.Errno(32)
	if err == sharingViolation {
		return nil, errHeld
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return os.NewFile(uintptr(h), name), nil
}

// free is the room left for this process where dir is, in bytes.
func free(dir string) (room uint64, err error) {
	p, err := syscall.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	ok, _, err := syscall.NewLazyDLL("kernel32.dll").NewProc("GetDiskFreeSpaceExW").Call(uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(&room)), 0, 0)
	if ok == 0 {
		return 0, err
	}
	return room, nil
}

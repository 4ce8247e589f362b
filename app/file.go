package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/file"
	"kring/domain/member"
	"kring/store"
)

// pieceSize is how much of a file is written and read at a time.
const pieceSize = 256 << 10

// AddFile streams a file onto a record that who may see. It is there once it
// has come in whole; memory holds one piece.
func (a *App) AddFile(ctx context.Context, who Who, kind fact.Kind, record id.Record, name string, r io.Reader) (f file.File, err error) {
	if name, err = file.Name(name); err != nil {
		return f, err
	}
	err = a.write(ctx, who, member.FileWrite, func(tx *store.Tx) error {
		if err := a.onRecord(&tx.View, who, kind, record); err != nil {
			return err
		}
		there, err := tx.Files(record)
		if err != nil {
			return err
		}
		if len(there) >= file.MaxFiles {
			return file.ErrMany
		}
		f, err = tx.BeginFile(file.File{Kind: kind, Record: record, Name: name, Member: who.Member.ID})
		return err
	})
	if err != nil {
		return f, err
	}
	if err := a.takePieces(ctx, who, member.FileWrite, &f, r, limited{file.MaxSize, file.ErrBig}); err != nil {
		drop := func(tx *store.Tx) error { return tx.EraseFile(f.ID) }
		return f, errors.Join(err, a.write(context.WithoutCancel(ctx), who, member.FileWrite, drop))
	}
	err = a.write(ctx, who, member.FileWrite, func(tx *store.Tx) error {
		f, err = tx.AddFile(f, fact.Fact{Deed: "file.added"})
		return err
	})
	return f, err
}

// limited says how large a file may be, and what is said of a larger one.
type limited struct {
	most int64
	big  *fault.Fault
}

func (a *App) takePieces(ctx context.Context, who Who, right member.Right, f *file.File, r io.Reader, l limited) error {
	sum := sha256.New()
	piece := make([]byte, pieceSize)
	for place, ended := 0, false; !ended; place++ {
		n, err := fill(r, piece)
		if ended = err == io.EOF; err != nil && !ended {
			return err
		}
		if n == 0 {
			break
		}
		if f.Size += int64(n); f.Size > l.most {
			return l.big
		}
		sum.Write(piece[:n])
		if err := a.write(ctx, who, right, func(tx *store.Tx) error { return tx.AddPiece(f.ID, place, piece[:n]) }); err != nil {
			return err
		}
	}
	if f.Size == 0 {
		return file.ErrEmpty
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// fill reads until the piece is full or the reader ends. io.ReadFull would not
// tell a last piece from a line that broke.
func fill(r io.Reader, piece []byte) (n int, err error) {
	for n < len(piece) && err == nil {
		var m int
		m, err = r.Read(piece[n:])
		n += m
	}
	return n, err
}

// onRecord is ErrNotFound for a record that who may not see, *Merged for one
// that became part of another.
func (a *App) onRecord(v *store.View, who Who, kind fact.Kind, record id.Record) (err error) {
	switch kind {
	case fact.Account:
		_, err = seenAccount(v, who, id.Account(record))
	case fact.Contact:
		_, err = seenContact(v, who, id.Contact(record))
	default:
		err = store.ErrNotFound
	}
	return err
}

// Files are the files of a record within who's reach.
func (a *App) Files(ctx context.Context, who Who, kind fact.Kind, record id.Record) (all []file.File, err error) {
	err = a.read(ctx, who, member.FileRead, func(v *store.View) error {
		if err := readRecord(v, who, kind, record); err != nil {
			return err
		}
		all, err = v.Files(record)
		return err
	})
	return all, err
}

// File is one file on a record within who's reach; SendFile writes what is in
// it, piece by piece.
func (a *App) File(ctx context.Context, who Who, i id.File) (f file.File, err error) {
	err = a.read(ctx, who, member.FileRead, func(v *store.View) error {
		if f, err = v.File(i); err != nil {
			return err
		}
		return readRecord(v, who, f.Kind, f.Record)
	})
	return f, err
}

func (a *App) seenFile(v *store.View, who Who, i id.File) (file.File, error) {
	f, err := v.File(i)
	if err != nil {
		return f, err
	}
	return f, a.onRecord(v, who, f.Kind, f.Record)
}

// SendFile writes what is in a file that File has shown.
func (a *App) SendFile(ctx context.Context, who Who, f file.File, w io.Writer) error {
	for place, sent := 0, int64(0); sent < f.Size; place++ {
		var b []byte
		err := a.peek(ctx, who, member.FileRead, func(v *store.View) (err error) {
			b, err = v.Piece(f.ID, place)
			return err
		})
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		sent += int64(len(b))
	}
	return nil
}

// BinFile puts a file in the bin; RestoreFile takes it out.
func (a *App) BinFile(ctx context.Context, who Who, i id.File) (file.File, error) {
	return a.moveFile(ctx, who, i, true, "file.binned")
}

// RestoreFile takes a file out of the bin.
func (a *App) RestoreFile(ctx context.Context, who Who, i id.File) (file.File, error) {
	return a.moveFile(ctx, who, i, false, "file.restored")
}

func (a *App) moveFile(ctx context.Context, who Who, i id.File, bin bool, deed string) (f file.File, err error) {
	err = a.write(ctx, who, member.FileWrite, func(tx *store.Tx) error {
		if f, err = a.seenFile(&tx.View, who, i); err != nil {
			return err
		}
		if bin == (f.Deleted != 0) {
			return nil
		}
		deleted := int64(0)
		if bin {
			deleted = tx.Now()
		}
		before := f.Deleted
		f, err = tx.BinFile(f, deleted, fact.Fact{Deed: deed, Changes: []fact.Change{fact.Of("deleted_at", before, deleted)}})
		return err
	})
	return f, err
}

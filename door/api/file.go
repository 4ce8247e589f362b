package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/file"
	"kring/domain/member"
)

// fileOut is a file as the API shows it, without what is in it.
type fileOut struct {
	file.File
	Added   instant `json:"added_at"`
	Deleted instant `json:"deleted_at"`
}

func showFile(f file.File) fileOut { return fileOut{f, instant(f.Added), instant(f.Deleted)} }

// fileBody lets one byte more through than a file may have, so that the file's
// own fault is the one that is told.
const fileBody = file.MaxSize + 1

func fileOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/files/{id}", name: "get_file", tag: "Files", right: member.FileRead, status: http.StatusOK, out: fileOut{},
			title: "Read about a file", do: func(c *call) (answer, error) { return oneFile(c, http.StatusOK, c.app.File) },
		},
		{
			method: http.MethodGet, path: "/files/{id}/content", name: "get_file_content", tag: "Files", right: member.FileRead, status: http.StatusOK,
			raw: "application/octet-stream", title: "Read what is in a file", do: sendFile, about: "Always as a download.",
		},
		{
			method: http.MethodDelete, path: "/files/{id}", name: "bin_file", tag: "Files", right: member.FileWrite, status: http.StatusNoContent,
			title: "Put a file in the bin", do: func(c *call) (answer, error) { return oneFile(c, http.StatusNoContent, c.app.BinFile) },
		},
		{
			method: http.MethodPost, path: "/files/{id}/restoration", name: "restore_file", tag: "Files", right: member.FileWrite, status: http.StatusOK, out: fileOut{},
			title: "Take a file out of the bin", do: func(c *call) (answer, error) { return oneFile(c, http.StatusOK, c.app.RestoreFile) },
		},
	}
}

func listFiles(c *call, kind fact.Kind) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Files(c.r.Context(), c.who, kind, i)
	if err != nil {
		return answer{}, err
	}
	page := listOf[fileOut]{Items: []fileOut{}}
	for _, f := range all {
		page.Items = append(page.Items, showFile(f))
	}
	return show(http.StatusOK, page)
}

func addFile(c *call, kind fact.Kind) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	f, err := c.app.AddFile(c.r.Context(), c.who, kind, i, params.Get("name"), c.bodyReader())
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusCreated, showFile(f))
	a.location = base + "/files/" + f.ID.String()
	return a, err
}

func oneFile(c *call, status int, do func(context.Context, app.Who, id.File) (file.File, error)) (answer, error) {
	i, err := named[id.File](c, "id")
	if err != nil {
		return answer{}, err
	}
	f, err := do(c.r.Context(), c.who, i)
	if err != nil || status == http.StatusNoContent {
		return answer{status: status}, err
	}
	return show(status, showFile(f))
}

func sendFile(c *call) (answer, error) {
	i, err := named[id.File](c, "id")
	if err != nil {
		return answer{}, err
	}
	f, err := c.app.File(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	return answer{
		status: http.StatusOK,
		header: map[string]string{
			"Content-Type":            "application/octet-stream",
			"Content-Length":          strconv.FormatInt(f.Size, 10),
			"Content-Disposition":     mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}),
			"Content-Security-Policy": "default-src 'none'; sandbox",
		},
		stream: func(w io.Writer) error { return c.app.SendFile(c.r.Context(), c.who, f, w) },
	}, nil
}

package drive

import (
	"bytes"
	"cmp"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// upload is the body of an upload: content and, in a multipart body, metadata
// (developers.google.com/workspace/drive/api/guides/manage-uploads).
type upload struct {
	file      drive.File
	mediaType string
	content   []byte
}

// parseUpload parses the body of an upload.
func (api *API) parseUpload(c *rest.Call) (upload, error) {
	var u upload
	mediaType, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		return u, rest.BadRequest("Bad content type.")
	}
	switch c.Query.Get("uploadType") {
	case "media":
		u.mediaType, u.content = mediaType, c.Body
		return u, nil
	case "multipart":
		return api.parseMultipart(c, params["boundary"])
	}
	return u, rest.Unsupported(c.Route.Name + " with uploadType=" + c.Query.Get("uploadType"))
}

// parseMultipart parses a body of two parts: metadata and content.
func (api *API) parseMultipart(c *rest.Call, boundary string) (u upload, err error) {
	malformed := &rest.Error{Status: http.StatusBadRequest, Message: "Malformed multipart body."}
	if boundary == "" {
		return u, malformed
	}
	parts := multipart.NewReader(bytes.NewReader(c.Body), boundary)
	for i := range 2 {
		part, err := parts.NextRawPart()
		if err != nil {
			return u, malformed
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return u, malformed
		}
		if i == 0 {
			if err := rest.DecodeLenient(text, &u.file); err != nil {
				return u, err
			}
			continue
		}
		u.mediaType, _, _ = mime.ParseMediaType(part.Header.Get("Content-Type"))
		u.content = text
	}
	return u, nil
}

// spreadsheet returns the content as a spreadsheet with a title.
func (u upload) spreadsheet(title string, now time.Time) (*spreadsheet.Spreadsheet, error) {
	switch u.mediaType {
	case "text/csv":
		return spreadsheet.ImportDelimited(title, u.content, ',', now)
	case "text/tab-separated-values":
		return spreadsheet.ImportDelimited(title, u.content, '\t', now)
	case xlsxType:
		return spreadsheet.ImportXLSX(title, u.content)
	}
	return nil, rest.Unsupported("an upload of the type " + u.mediaType)
}

// replaceContent replaces the content of a spreadsheet with an upload. The store
// is locked only after the content was read.
func (api *API) replaceContent(c *rest.Call, u upload, describe func(*files.File)) error {
	now := api.Now()
	made, err := u.spreadsheet("", now)
	unlock, lockErr := api.Files.LockFile(c.Context, c.Vars["fileId"])
	if lockErr != nil {
		return lockErr
	}
	defer unlock()
	f, fileErr := api.updatedFile(c, &u.file)
	switch {
	case fileErr != nil:
		return fileErr
	case f.Spreadsheet == nil:
		return rest.Unsupported("an upload over a file of the type " + f.MimeType)
	case err != nil:
		return err
	}
	made.NameImport(f.Title())
	made.ContinueFrom(f.Spreadsheet)
	f.Spreadsheet, f.Modified, f.ModifiedBy = made, now, c.Principal
	if err := updateFields(f, &u.file); err != nil {
		return err
	}
	api.Files.Put(f)
	describe(f)
	return nil
}

func (api *API) updateUploaded(c *rest.Call, u upload) (out *drive.File, err error) {
	err = api.replaceContent(c, u, func(f *files.File) { out = api.describeFile(c, f) })
	return out, err
}

func (api *API) createUploaded(c *rest.Call, u upload) (*drive.File, error) {
	if u.file.MimeType != files.SpreadsheetType {
		return nil, rest.Unsupported("drive.files.create of a file that is not a spreadsheet")
	}
	made, err := u.spreadsheet(cmp.Or(u.file.Name, "Untitled"), api.Now())
	if err != nil {
		return nil, err
	}
	f := api.Files.NewFile(files.SpreadsheetType, c.Principal)
	f.Spreadsheet = made
	api.Files.Lock()
	defer api.Files.Unlock()
	if err := api.addFile(c, f, &u.file, u.file.Parents); err != nil {
		return nil, err
	}
	return api.describeFile(c, f), nil
}

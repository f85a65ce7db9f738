package emulator

import (
	"bytes"
	"cmp"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
	"google.golang.org/api/drive/v3"
)

// Uploads that become spreadsheets: CSV and .xlsx, in one request
// (developers.google.com/workspace/drive/api/guides/manage-uploads).

// uploaded is the content of an upload and what was said about it.
type uploaded struct {
	about     drive.File
	mediaType string
	content   []byte
}

// upload takes a request apart: content alone, or a part about it first.
func (c *call) upload() (uploaded, error) {
	var u uploaded
	mediaType, params, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	if err != nil {
		return u, rest.BadRequest("Bad content type.")
	}
	switch c.query.Get("uploadType") {
	case "media":
		u.mediaType, u.content = mediaType, c.body
		return u, nil
	case "multipart":
		return c.multipart(params["boundary"])
	}
	return u, rest.Unsupported(c.route.name + " with uploadType=" + c.query.Get("uploadType"))
}

func (c *call) multipart(boundary string) (u uploaded, err error) {
	malformed := &rest.Error{Status: http.StatusBadRequest, Message: "Malformed multipart body."}
	if boundary == "" {
		return u, malformed
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), boundary)
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
			if err := rest.DecodeLenient(text, &u.about); err != nil {
				return u, err
			}
			continue
		}
		u.mediaType, _, _ = mime.ParseMediaType(part.Header.Get("Content-Type"))
		u.content = text
	}
	return u, nil
}

// contents turns an upload into a spreadsheet with the title of its file.
func (u uploaded) contents(title string, now time.Time) (*spreadsheet.Spreadsheet, error) {
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

// uploadOver replaces the content of a spreadsheet.
func (c *call) uploadOver() (*file, error) {
	u, err := c.upload()
	if err != nil {
		return nil, err
	}
	f, err := c.fileAs(writer)
	if err != nil {
		return nil, err
	}
	if f.contents == nil {
		return nil, rest.Unsupported("an upload over a file of the type " + f.mimeType)
	}
	now := c.s.options.Now()
	made, err := u.contents(cmp.Or(u.about.Name, f.title()), now)
	if err != nil {
		return nil, err
	}
	made.ContinueFrom(f.contents)
	f.contents, f.modified, f.by = made, now, c.token.principal
	return f, f.describeAs(&u.about)
}

func (c *call) uploadUpdate() (*drive.File, error) {
	f, err := c.uploadOver()
	if err != nil {
		return nil, err
	}
	return c.shown(f), nil
}

// uploadUpdateV2 is files.update of Drive v2, which clients still use to import
// a CSV. Its answer has the four fields that say which file it was.
func (c *call) uploadUpdateV2() (any, error) {
	f, err := c.uploadOver()
	if err != nil {
		return nil, err
	}
	body := map[string]any{"kind": "drive#file", "id": f.id, "title": f.title(), "mimeType": f.mimeType}
	return rest.JSONResponse(http.StatusOK, rest.IndentedJSON(body)), nil
}

func (c *call) uploadCreate() (*drive.File, error) {
	u, err := c.upload()
	if err != nil {
		return nil, err
	}
	if u.about.MimeType != spreadsheetType {
		return nil, rest.Unsupported("drive.files.create of a file that is no spreadsheet")
	}
	parent, in, err := c.home(u.about.Parents)
	if err != nil {
		return nil, err
	}
	made, err := u.contents(cmp.Or(u.about.Name, "Untitled"), c.s.options.Now())
	if err != nil {
		return nil, err
	}
	f := c.s.addFile(newFileID(), spreadsheetType, c.token.principal)
	f.contents = made
	f.settle(parent, in)
	return c.shown(f), f.describeAs(&u.about)
}

// uploadRoutes are calls with content; they have the names of those without.
var uploadRoutes = []route{
	{"POST", "upload/" + files, "drive.files.create", writeFiles, "", answering((*call).uploadCreate)},
	{"PATCH", "upload/" + files + "/{fileId}", "drive.files.update", writeFiles, "", answering((*call).uploadUpdate)},
	{"PUT", "upload/drive/v2/files/{fileId}", "drive.files.update", writeFiles, "", endpoint{nil, (*call).uploadUpdateV2}},
}

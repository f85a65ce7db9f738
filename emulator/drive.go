package emulator

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"

	"google.golang.org/api/drive/v3"
)

// The calls of Drive's files.

// driveTime is RFC 3339 in UTC with milliseconds, as Drive writes it.
const driveTime = "2006-01-02T15:04:05.000Z"

// fileFor returns the file that the path names, if the caller may see it: to
// anybody else it does not exist (recorded).
func (c *call) fileFor() (*file, error) {
	id := c.vars["fileId"]
	f := c.s.files[id]
	if f == nil || f.roles[c.token.principal] < reader {
		return nil, &failure{
			status:  http.StatusNotFound,
			message: "File not found: " + id + ".",
			item:    errorItem{Location: "fileId", LocationType: "parameter"},
		}
	}
	return f, nil
}

func (c *call) getFile() (*drive.File, error) {
	f, err := c.fileFor()
	if err != nil {
		return nil, err
	}
	if c.query.Get("alt") == "media" {
		return nil, unsupported("drive.files.get with alt=media")
	}
	return c.shown(f), nil
}

// shown answers a file: the usual four fields, or all that is known where a
// mask chooses.
func (c *call) shown(f *file) *drive.File {
	out := &drive.File{Kind: "drive#file", Id: f.id, Name: f.title(), MimeType: f.mimeType}
	if c.mask == nil {
		return out
	}
	mine := f.roles[c.token.principal]
	out.CreatedTime = f.created.UTC().Format(driveTime)
	out.ModifiedTime = f.modified.UTC().Format(driveTime)
	out.Trashed = f.trashed
	out.OwnedByMe = mine == owner
	out.Shared = len(f.roles) > 1
	out.ForceSendFields = []string{"Trashed", "OwnedByMe", "Shared"}
	if f.contents != nil {
		out.WebViewLink = "https://docs.google.com/spreadsheets/d/" + f.id + "/edit?usp=drivesdk"
	}
	out.Capabilities = &drive.FileCapabilities{
		CanEdit: mine >= writer, CanComment: mine >= commenter, CanShare: mine >= writer,
		CanDownload: true, CanCopy: true, CanRename: mine >= writer, CanDelete: mine == owner, CanTrash: mine == owner,
		CanModifyContent: mine >= writer,
		ForceSendFields:  []string{"CanEdit", "CanComment", "CanShare", "CanRename", "CanDelete", "CanTrash", "CanModifyContent"},
	}
	for _, email := range sortedKeys(f.roles) {
		if f.roles[email] == owner {
			out.Owners = append(out.Owners, &drive.User{Kind: "drive#user", EmailAddress: email, DisplayName: email, Me: email == c.token.principal})
		}
	}
	return out
}

func (c *call) createFile() (*drive.File, error) {
	var body drive.File
	if err := decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	// developers.google.com/workspace/drive/api/guides/about-files: service
	// accounts have no storage.
	if isServiceAccount(c.token.principal) {
		return nil, noStorage()
	}
	if body.MimeType != spreadsheetType && body.MimeType != folderType {
		return nil, unsupported("drive.files.create with the type " + strconv.Quote(body.MimeType))
	}
	f := c.s.addFile(newFileID(), body.MimeType, c.token.principal)
	f.name = cmp.Or(body.Name, "Untitled")
	if body.MimeType == spreadsheetType {
		f.contents = newContents(f.name)
	}
	return c.shown(f), nil
}

// deleteFile answers 204 with an empty body of type text/html (recorded).
func (c *call) deleteFile() (any, error) {
	f, err := c.fileFor()
	if err != nil {
		return nil, err
	}
	if f.roles[c.token.principal] < owner {
		return nil, &failure{
			status:  http.StatusForbidden,
			message: "The user does not have sufficient permissions for this file.",
			item:    errorItem{Reason: "insufficientFilePermissions"},
		}
	}
	delete(c.s.files, f.id)
	return newAnswer(http.StatusNoContent, "text/html", nil), nil
}

// exportFile answers the first sheet as CSV, without a line end after the last
// row (recorded).
func (c *call) exportFile() (any, error) {
	f, err := c.fileFor()
	if err != nil {
		return nil, err
	}
	if t := c.query.Get("mimeType"); f.contents == nil || t != "text/csv" {
		return nil, unsupported("drive.files.export to " + strconv.Quote(t))
	}
	f.contents.calculate(c.s.options.Now())
	s := f.contents.sheets[0]
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF = true
	lines := s.values(wholeSheet.closed(s.height, s.width), rendering{})
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	for _, line := range lines {
		record := make([]string, width)
		for i, v := range line {
			record[i], _ = v.(string)
		}
		w.Write(record)
	}
	w.Flush()
	return newAnswer(http.StatusOK, "text/csv", bytes.TrimSuffix(buf.Bytes(), []byte("\r\n"))), nil
}

// listFiles lists what the caller can see, newest first (recorded).
func (c *call) listFiles() (*drive.FileList, error) {
	for _, name := range []string{"orderBy", "corpora", "driveId", "spaces", "corpus", "teamDriveId"} {
		if v := c.query.Get(name); v != "" && v != "user" && v != "drive" && v != "allDrives" {
			return nil, unsupported("drive.files.list with " + name)
		}
	}
	fits, err := parseFileQuery(c.query.Get("q"))
	if err != nil {
		return nil, err
	}
	var found []*file
	for _, f := range c.s.files {
		if f.roles[c.token.principal] >= reader && fits(f) {
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b *file) int {
		return cmp.Or(b.modified.Compare(a.modified), b.created.Compare(a.created), cmp.Compare(a.id, b.id))
	})
	return c.page(found)
}

// page cuts one page out of a list; the token is the index of the next.
func (c *call) page(found []*file) (*drive.FileList, error) {
	start, size := 0, 100
	var err error
	if t := c.query.Get("pageToken"); t != "" {
		if start, err = strconv.Atoi(t); err != nil || start < 0 {
			return nil, refuse("Invalid Value")
		}
	}
	if n := c.query.Get("pageSize"); n != "" {
		if size, err = strconv.Atoi(n); err != nil || size < 1 || size > 1000 {
			return nil, refuse("Invalid value '%s'. Values must be within the range: [1, 1000]", n)
		}
	}
	out := &drive.FileList{Kind: "drive#fileList", ForceSendFields: []string{"Files"}}
	end := min(start+size, len(found))
	for _, f := range found[min(start, end):end] {
		out.Files = append(out.Files, c.shown(f))
	}
	if end < len(found) {
		out.NextPageToken = strconv.Itoa(end)
	}
	return out, nil
}

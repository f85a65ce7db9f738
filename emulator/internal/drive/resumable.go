package drive

import (
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// session is a resumable upload: what its first request has, and the content so
// far
// (developers.google.com/workspace/drive/api/guides/manage-uploads#resumable).
type session struct {
	principal string
	fileID    string // of an update
	upload    upload
}

// maxSessions is the number of uploads that are kept; older ones are deleted, as
// Drive deletes them after a week.
const maxSessions = 100

// maxImport is the size of the largest file that Drive makes a spreadsheet of
// (support.google.com/drive/answer/37603).
const maxImport = 100 << 20

// sessions are the resumable uploads by ID.
type sessions struct {
	byID  map[string]*session
	order []string
}

// startUpload begins a resumable upload. The address for the content is in the
// header Location.
func (api *API) startUpload(c *rest.Call) (*rest.Response, error) {
	s := &session{principal: c.Principal, fileID: c.Vars["fileId"]}
	if err := rest.DecodeLenient(c.Body, &s.upload.file); err != nil {
		return nil, err
	}
	s.upload.mediaType, _, _ = mime.ParseMediaType(c.Header.Get("X-Upload-Content-Type"))
	id := "ABg" + rest.RandomText(60)
	api.Files.Lock()
	defer api.Files.Unlock()
	if api.sessions.byID == nil {
		api.sessions.byID = map[string]*session{}
	}
	if len(api.sessions.order) == maxSessions {
		delete(api.sessions.byID, api.sessions.order[0])
		api.sessions.order = api.sessions.order[1:]
	}
	api.sessions.byID[id], api.sessions.order = s, append(api.sessions.order, id)
	query := c.Query
	query.Set("upload_id", id)
	scheme := "http"
	if c.Secure || strings.HasSuffix(c.Host, ".googleapis.com") {
		scheme = "https"
	}
	path := strings.Replace(strings.TrimPrefix(c.Route.Path, "resumable/"), "{fileId}", s.fileID, 1)
	res := rest.NewResponse(http.StatusOK, "text/plain; charset=utf-8", nil)
	res.Header.Set("Location", scheme+"://"+c.Host+"/"+path+"?"+query.Encode())
	res.Header.Set("X-GUploader-UploadID", id)
	return res, nil
}

// contentRange matches the header of a request with a part of the content, or of
// one that requests how many bytes were received.
var contentRange = regexp.MustCompile(`^bytes (?:([0-9]+)-([0-9]+)|\*)/([0-9]+|\*)$`)

// continueUpload adds a part to a resumable upload. It returns the upload when it
// is complete, and else the response with the number of bytes that were received.
func (api *API) continueUpload(c *rest.Call) (*upload, *rest.Response, error) {
	api.Files.Lock()
	defer api.Files.Unlock()
	id := c.Query.Get("upload_id")
	s := api.sessions.byID[id]
	if s == nil || s.principal != c.Principal || s.fileID != c.Vars["fileId"] {
		return nil, nil, &rest.Error{Status: http.StatusNotFound, Message: "Upload session not found."}
	}
	if s.upload.mediaType == "" {
		s.upload.mediaType, _, _ = mime.ParseMediaType(c.Header.Get("Content-Type"))
	}
	given := c.Header.Get("Content-Range")
	if given == "" {
		s.upload.content = c.Body
		return &s.upload, nil, nil
	}
	m := contentRange.FindStringSubmatch(given)
	if m == nil {
		return nil, nil, rest.BadRequest("Failed to parse Content-Range header.")
	}
	have := len(s.upload.content)
	if m[1] != "" {
		if from, _ := strconv.Atoi(m[1]); from != have {
			return nil, nil, rest.BadRequest("The upload has %d bytes, the request begins at byte %d.", have, from)
		}
		if have+len(c.Body) > maxImport {
			delete(api.sessions.byID, id)
			return nil, nil, &rest.Error{Status: http.StatusRequestEntityTooLarge, Message: "Request is too large."}
		}
		s.upload.content = append(s.upload.content, c.Body...)
		have = len(s.upload.content)
	}
	if total, err := strconv.Atoi(m[3]); err == nil && have == total {
		return &s.upload, nil, nil
	}
	res := rest.NewResponse(http.StatusPermanentRedirect, "text/html; charset=UTF-8", nil)
	if have > 0 {
		res.Header.Set("Range", fmt.Sprintf("bytes=0-%d", have-1))
	}
	return nil, res, nil
}

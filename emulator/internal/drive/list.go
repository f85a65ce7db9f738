package drive

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// listFiles lists the files of the caller, newest first by default (recorded).
func (api *API) listFiles(c *rest.Call) (*drive.FileList, error) {
	inDrive, err := api.corpusFilter(c)
	if err != nil {
		return nil, err
	}
	fits, err := parseFileQuery(c.Query.Get("q"), &viewer{api.Files, c.Principal})
	if err != nil {
		return nil, err
	}
	order, err := fileOrder(c.Query.Get("orderBy"))
	if err != nil {
		return nil, err
	}
	root := files.RootID(c.Principal)
	var found []*files.File
	for _, f := range api.Files.List() {
		if f.ID != root && f.ID != f.Drive && api.Files.IsListed(f, c.Principal) && inDrive(f) && fits(f) {
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b *files.File) int {
		return cmp.Or(order(a, b), b.Modified.Compare(a.Modified), b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID))
	})
	return api.fileList(c, found)
}

// corpusFilter returns a filter for the drives that a list is about
// (developers.google.com/workspace/drive/api/guides/enable-shareddrives).
func (api *API) corpusFilter(c *rest.Call) (func(*files.File) bool, error) {
	all := api.supportsAllDrives(c) && (c.Flag("includeItemsFromAllDrives") || c.Flag("includeTeamDriveItems"))
	id := cmp.Or(c.Query.Get("driveId"), c.Query.Get("teamDriveId"))
	if spaces := c.Query.Get("spaces"); spaces != "" && spaces != "drive" {
		return nil, rest.Unsupported("drive.files.list with spaces=" + spaces)
	}
	switch corpora := cmp.Or(c.Query.Get("corpora"), "user"); {
	case corpora == "drive" || id != "":
		if id == "" || !all {
			return nil, rest.BadRequest("The driveId parameter must be specified, with supportsAllDrives and includeItemsFromAllDrives, if and only if corpora is set to drive.")
		}
		if d := api.Files.Get(id); d == nil || d.Drive != id || api.Files.Role(d, c.Principal) < files.Reader {
			return nil, driveNotFound(id)
		}
		return func(f *files.File) bool { return f.Drive == id }, nil
	case corpora == "user" || corpora == "allDrives" || corpora == "domain":
		return func(f *files.File) bool { return all || f.Drive == "" }, nil
	default:
		return nil, rest.BadRequest("Invalid value '%s' for corpora.", corpora)
	}
}

// fileOrders are the keys of orderBy that are emulated.
var fileOrders = map[string]func(a, b *files.File) int{
	"createdTime":      func(a, b *files.File) int { return a.Created.Compare(b.Created) },
	"modifiedTime":     func(a, b *files.File) int { return a.Modified.Compare(b.Modified) },
	"modifiedByMeTime": func(a, b *files.File) int { return a.Modified.Compare(b.Modified) },
	"viewedByMeTime":   func(a, b *files.File) int { return a.Modified.Compare(b.Modified) },
	"sharedWithMeTime": func(a, b *files.File) int { return a.Created.Compare(b.Created) },
	"recency":          func(a, b *files.File) int { return a.Modified.Compare(b.Modified) },
	"quotaBytesUsed":   func(*files.File, *files.File) int { return 0 },
	"name":             func(a, b *files.File) int { return cmp.Compare(strings.ToLower(a.Title()), strings.ToLower(b.Title())) },
	"name_natural": func(a, b *files.File) int {
		return compareNatural(strings.ToLower(a.Title()), strings.ToLower(b.Title()))
	},
	"folder": func(a, b *files.File) int {
		return compareFirst(a.MimeType == files.FolderType, b.MimeType == files.FolderType)
	},
	"starred": func(a, b *files.File) int { return compareFirst(a.Starred, b.Starred) },
}

// compareFirst orders true before false.
func compareFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// compareNatural compares texts, with the digits in them as numbers.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		m, n := leadingDigits(a), leadingDigits(b)
		if m == 0 || n == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
		if by := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); by != 0 {
			return by
		}
		a, b = a[m:], b[n:]
	}
	return cmp.Compare(len(a), len(b))
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func fileOrder(text string) (func(a, b *files.File) int, error) {
	var keys []func(a, b *files.File) int
	for _, part := range strings.Split(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		key, ok := fileOrders[words[0]]
		if !ok || len(words) > 2 || len(words) == 2 && words[1] != "desc" {
			return nil, &rest.Error{
				Status: http.StatusBadRequest, Message: "Invalid Value",
				Item: rest.ErrorItem{Reason: "invalid", Location: "orderBy", LocationType: "parameter"},
			}
		}
		if len(words) == 2 {
			up := key
			key = func(a, b *files.File) int { return -up(a, b) }
		}
		keys = append(keys, key)
	}
	return func(a, b *files.File) int {
		for _, key := range keys {
			if by := key(a, b); by != 0 {
				return by
			}
		}
		return 0
	}, nil
}

// fileList returns one page of a list.
func (api *API) fileList(c *rest.Call, found []*files.File) (*drive.FileList, error) {
	start, end, next, err := api.pageBounds(c, len(found), 1000)
	if err != nil {
		return nil, err
	}
	out := &drive.FileList{Kind: "drive#fileList", ForceSendFields: []string{"Files", "IncompleteSearch"}, NextPageToken: next}
	for _, f := range found[start:end] {
		out.Files = append(out.Files, api.describeFile(c, f))
	}
	return out, nil
}

// pageBounds returns the bounds of the page that a call requests, and the token
// of the next page, which is its start.
func (api *API) pageBounds(c *rest.Call, n, most int) (start, end int, next string, err error) {
	size := 100
	if t := c.Query.Get("pageToken"); t != "" {
		if start, err = strconv.Atoi(t); err != nil || start < 0 {
			return 0, 0, "", rest.BadRequest("Invalid Value")
		}
	}
	if t := c.Query.Get("pageSize"); t != "" {
		if size, err = strconv.Atoi(t); err != nil || size < 1 || size > most {
			return 0, 0, "", rest.BadRequest("Invalid value '%s'. Values must be within the range: [1, %d]", t, most)
		}
	}
	start = min(start, n)
	if end = start + size; end < n {
		return start, end, strconv.Itoa(end), nil
	}
	return start, n, "", nil
}

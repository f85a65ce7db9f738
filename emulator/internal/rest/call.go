package rest

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Call is one request to an API, with what the front end read out of it.
type Call struct {
	Context   context.Context // ends when the client leaves
	Route     *Route
	Vars      map[string]string // the variables of the route's path
	Query     url.Values
	Host      string // host of the request, for audiences
	Secure    bool   // the connection has TLS
	Header    http.Header
	Body      []byte
	Principal string   // the owner of the token; empty where none is needed
	Scopes    []string // of the token, as full URLs
	Mask      *Mask    // of the response; set by [Call.ReadQuery]
	Decision  Decision // what the checks so far have found
}

// Flag reads a boolean query parameter; false if it was not sent. Its case does
// not count: clients in Python send True and False (recorded).
func (c *Call) Flag(name string) bool { return strings.EqualFold(c.Query.Get(name), "true") }

// commonParams are the query parameters that every call takes
// (developers.google.com/workspace/docs/api/reference/rest).
const commonParams = "alt fields prettyPrint key quotaUser userIp access_token oauth_token callback uploadType upload_protocol $.xgafv $alt $fields $prettyPrint"

// ReadQuery sets the field mask. It returns an error for a mask that selects a
// field which the response does not have and, except for Drive, for a parameter
// that the call does not have.
func (c *Call) ReadQuery() error {
	if alt := c.Query.Get("alt"); alt != "" && alt != "json" && !(alt == "media" && c.Route.takesMedia()) {
		return Unsupported(c.Route.Name + " with alt=" + alt)
	}
	known := append(strings.Fields(commonParams), c.Route.Params...)
	for _, name := range SortedKeys(c.Query) {
		if !c.Route.IsDrive() && !slices.Contains(known, name) {
			text := "Invalid JSON payload received. Unknown name \"" + name + "\": Cannot bind query parameter. Field '" + name + "' could not be found in request message."
			return Invalid("", text)
		}
	}
	fields := c.Query.Get("fields")
	if fields == "" {
		return nil
	}
	m, err := ParseMask(fields)
	if err == nil && c.Route.Response != nil {
		err = m.Check(c.Route.Response, "")
	}
	if err != nil {
		return c.badMask(fields, err)
	}
	c.Mask = m
	return nil
}

func (c *Call) badMask(fields string, err error) error {
	path := fields
	if u, ok := err.(UnknownFieldError); ok {
		path = string(u)
	}
	if c.Route.IsDrive() {
		return &Error{
			Status:  http.StatusBadRequest,
			Message: "Invalid field selection " + path,
			Item:    ErrorItem{Reason: "invalidParameter", Location: "fields", LocationType: "parameter"},
		}
	}
	f := AsError(Invalid(path, "Error expanding 'fields' parameter. Cannot find matching fields for path '"+path+"'."))
	f.Message = "Request contains an invalid argument."
	return f
}

// IsServiceAccount reports whether a principal is a service account, by its
// address.
func IsServiceAccount(email string) bool { return strings.HasSuffix(email, ".gserviceaccount.com") }

package emulator

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/drive/v3"
)

// The calls of Drive's permissions.

// roleNames are the roles as the API names them, those of shared drives aside.
var roleNames = map[role]string{reader: "reader", commenter: "commenter", writer: "writer", owner: "owner"}

// givenRoles are the roles that a permission can have: those of members of a
// shared drive are kept as the role on a file that allows the same.
var givenRoles = map[string]role{
	"reader": reader, "commenter": commenter, "writer": writer, "owner": owner, "fileOrganizer": writer, "organizer": owner,
}

// showPermission answers a permission: four fields, or all where a mask chooses.
func showPermission(f *file, name string, all bool) *drive.Permission {
	kind, email, domain := granteeType(name)
	out := &drive.Permission{Kind: "drive#permission", Id: permissionID(name), Type: kind, Role: roleNames[f.roles[name]]}
	if f.drive != "" && out.Role == "owner" {
		out.Role = "organizer"
	}
	if kind == "anyone" {
		out.ForceSendFields = []string{"AllowFileDiscovery"}
	}
	if !all {
		out.ForceSendFields = nil
		return out
	}
	out.EmailAddress, out.Domain = email, domain
	out.DisplayName, _, _ = strings.Cut(cmp.Or(email, domain), "@")
	if kind == "user" {
		out.ForceSendFields = append(out.ForceSendFields, "Deleted", "PendingOwner")
	}
	return out
}

func (api *Server) listPermissions(c *rest.Call) (*drive.PermissionList, error) {
	f, err := api.fileAs(c, writer)
	if err != nil {
		return nil, err
	}
	names := rest.SortedKeys(f.roles)
	start, end, next, err := api.pageOf(c, len(names), 100)
	if err != nil {
		return nil, err
	}
	out := &drive.PermissionList{Kind: "drive#permissionList", NextPageToken: next, ForceSendFields: []string{"Permissions"}}
	for _, name := range names[start:end] {
		out.Permissions = append(out.Permissions, showPermission(f, name, c.Mask != nil))
	}
	return out, nil
}

// granteeFor returns the grantee that the path names by an id.
func (api *Server) granteeFor(c *rest.Call, f *file) (string, error) {
	id := c.Vars["permissionId"]
	for name := range f.roles {
		if permissionID(name) == id {
			return name, nil
		}
	}
	return "", &rest.Error{
		Status:  http.StatusNotFound,
		Message: "Permission not found: " + id + ".",
		Item:    rest.ErrorItem{Location: "permissionId", LocationType: "parameter"},
	}
}

func (api *Server) getPermission(c *rest.Call) (*drive.Permission, error) {
	f, err := api.fileAs(c, reader)
	if err != nil {
		return nil, err
	}
	name, err := api.granteeFor(c, f)
	if err != nil {
		return nil, err
	}
	return showPermission(f, name, c.Mask != nil), nil
}

// invalidSharing is Drive's 400 for a permission that cannot be.
func invalidSharing(message string) error {
	return &rest.Error{Status: http.StatusBadRequest, Message: message, Item: rest.ErrorItem{Reason: "invalidSharingRequest"}}
}

func (api *Server) createPermission(c *rest.Call) (*drive.Permission, error) {
	var body drive.Permission
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	f, err := api.fileAs(c, writer)
	if err != nil {
		return nil, err
	}
	switch {
	case body.Type == "":
		return nil, requiredField("permission.type")
	case body.Role == "":
		return nil, requiredField("permission.role")
	case (body.Type == "user" || body.Type == "group") && !strings.Contains(body.EmailAddress, "@"):
		return nil, invalidSharing("The specified emailAddress is invalid or not applicable for the given permission type.")
	case body.Type == "domain" && body.Domain == "":
		return nil, invalidSharing("The specified domain is invalid or not applicable for the given permission type.")
	case body.Type != "user" && body.Type != "group" && body.Type != "domain" && body.Type != "anyone":
		return nil, invalidSharing("The permission type field is required.")
	}
	name := grantee(body.Type, body.EmailAddress, body.Domain)
	if err := api.grant(c, f, name, body.Role); err != nil {
		return nil, err
	}
	return showPermission(f, name, c.Mask != nil), nil
}

func requiredField(name string) error {
	return &rest.Error{
		Status: http.StatusBadRequest, Message: "The " + strings.ReplaceAll(name, ".", " ") + " field is required.",
		Item: rest.ErrorItem{Reason: "required", Location: name, LocationType: "other"},
	}
}

// grant gives a role. A new owner must be asked for twice, and the old one
// stays as a writer
// (developers.google.com/workspace/drive/api/guides/transfer-file).
func (api *Server) grant(c *rest.Call, f *file, name, text string) error {
	given, ok := givenRoles[text]
	kind, _, _ := granteeType(name)
	mine := api.store.role(f, c.Principal)
	switch {
	case !ok:
		return &rest.Error{Status: http.StatusBadRequest, Message: "The specified role is invalid or not supported."}
	case text == "owner" && !c.Flag("transferOwnership"):
		return &rest.Error{
			Status:  http.StatusForbidden,
			Message: "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
			Item:    rest.ErrorItem{Reason: "forbidden", Location: "transferOwnership", LocationType: "parameter"},
		}
	case given == owner && (mine < owner || kind == "anyone" || kind == "domain"):
		return &rest.Error{Status: http.StatusForbidden, Message: "Insufficient permissions for this file.", Item: rest.ErrorItem{Reason: "insufficientFilePermissions"}}
	case given == owner && f.drive == "" && rest.IsServiceAccount(name):
		return noStorage()
	}
	if given == owner && f.drive == "" {
		for other, have := range f.roles {
			if have == owner {
				f.roles[other] = writer
			}
		}
	}
	f.roles[name] = given
	return nil
}

func (api *Server) updatePermission(c *rest.Call) (*drive.Permission, error) {
	var body drive.Permission
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	f, err := api.fileAs(c, writer)
	if err != nil {
		return nil, err
	}
	name, err := api.granteeFor(c, f)
	if err != nil {
		return nil, err
	}
	if f.roles[name] == owner && f.drive == "" && body.Role != "owner" {
		return nil, ownerStays()
	}
	if body.Role != "" {
		if err := api.grant(c, f, name, body.Role); err != nil {
			return nil, err
		}
	}
	return showPermission(f, name, c.Mask != nil), nil
}

func ownerStays() error {
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "The owner of a file cannot be removed.",
		Item:    rest.ErrorItem{Reason: "cannotRemoveOwner"},
	}
}

// deletePermission takes a share away; everybody may give up their own.
func (api *Server) deletePermission(c *rest.Call) (any, error) {
	f, err := api.fileAs(c, reader)
	if err != nil {
		return nil, err
	}
	name, err := api.granteeFor(c, f)
	if err != nil {
		return nil, err
	}
	if name != c.Principal {
		if _, err := api.fileAs(c, writer); err != nil {
			return nil, err
		}
	}
	if f.roles[name] == owner && f.drive == "" {
		return nil, ownerStays()
	}
	delete(f.roles, name)
	return rest.NewResponse(http.StatusNoContent, "text/html", nil), nil
}

package drive

import (
	"cmp"
	"net/http"
	"strings"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// roleNames are the names of roles, except those of shared drives.
var roleNames = map[files.Role]string{files.Reader: "reader", files.Commenter: "commenter", files.Writer: "writer", files.Owner: "owner"}

// permissionRoles are the roles that a permission can have. Those of members of
// a shared drive are stored as the role of a file that allows the same.
var permissionRoles = map[string]files.Role{
	"reader": files.Reader, "commenter": files.Commenter, "writer": files.Writer, "owner": files.Owner, "fileOrganizer": files.Writer, "organizer": files.Owner,
}

// describePermission returns four fields of a permission, or all.
func describePermission(f *files.File, name string, all bool) *drive.Permission {
	kind, email, domain := files.GranteeType(name)
	out := &drive.Permission{Kind: "drive#permission", Id: files.PermissionID(name), Type: kind, Role: roleNames[f.Roles[name]]}
	if f.Drive != "" && out.Role == "owner" {
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

func (api *API) listPermissions(c *rest.Call) (*drive.PermissionList, error) {
	f, err := api.fileWithRole(c, files.Writer)
	if err != nil {
		return nil, err
	}
	names := rest.SortedKeys(f.Roles)
	start, end, next, err := api.pageBounds(c, len(names), 100)
	if err != nil {
		return nil, err
	}
	out := &drive.PermissionList{Kind: "drive#permissionList", NextPageToken: next, ForceSendFields: []string{"Permissions"}}
	for _, name := range names[start:end] {
		out.Permissions = append(out.Permissions, describePermission(f, name, c.Mask != nil))
	}
	return out, nil
}

// granteeFor returns the grantee whose permission ID the path has.
func (api *API) granteeFor(c *rest.Call, f *files.File) (string, error) {
	id := c.Vars["permissionId"]
	for name := range f.Roles {
		if files.PermissionID(name) == id {
			return name, nil
		}
	}
	return "", &rest.Error{
		Status:  http.StatusNotFound,
		Message: "Permission not found: " + id + ".",
		Item:    rest.ErrorItem{Location: "permissionId", LocationType: "parameter"},
	}
}

func (api *API) getPermission(c *rest.Call) (*drive.Permission, error) {
	f, err := api.fileWithRole(c, files.Reader)
	if err != nil {
		return nil, err
	}
	name, err := api.granteeFor(c, f)
	if err != nil {
		return nil, err
	}
	return describePermission(f, name, c.Mask != nil), nil
}

// invalidSharing is the 400 for a permission that cannot be granted.
func invalidSharing(message string) error {
	return &rest.Error{Status: http.StatusBadRequest, Message: message, Item: rest.ErrorItem{Reason: "invalidSharingRequest"}}
}

func (api *API) createPermission(c *rest.Call) (*drive.Permission, error) {
	var body drive.Permission
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	f, err := api.fileWithRole(c, files.Writer)
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
	return api.grantRole(c, f, files.Grantee(body.Type, body.EmailAddress, body.Domain), body.Role)
}

// grantRole sets the role of a grantee and describes the permission. Without a role
// the permission stays as it is.
func (api *API) grantRole(c *rest.Call, f *files.File, name, role string) (*drive.Permission, error) {
	if role != "" {
		if err := api.setRole(c, f, name, role); err != nil {
			return nil, err
		}
	}
	return describePermission(f, name, c.Mask != nil), nil
}

func requiredField(name string) error {
	return &rest.Error{
		Status: http.StatusBadRequest, Message: "The " + strings.ReplaceAll(name, ".", " ") + " field is required.",
		Item: rest.ErrorItem{Reason: "required", Location: name, LocationType: "other"},
	}
}

// setRole sets the role of a grantee. A new owner takes the parameter
// transferOwnership, and makes the old owner a writer
// (developers.google.com/workspace/drive/api/guides/transfer-file).
func (api *API) setRole(c *rest.Call, f *files.File, name, text string) error {
	given, ok := permissionRoles[text]
	kind, _, _ := files.GranteeType(name)
	mine := api.Files.Role(f, c.Principal)
	switch {
	case f.OnlyOwnerShares && mine < files.Owner:
		return &rest.Error{Status: http.StatusForbidden, Message: "Insufficient permissions for this file.", Item: rest.ErrorItem{Reason: "insufficientFilePermissions"}}
	case !ok:
		return &rest.Error{Status: http.StatusBadRequest, Message: "The specified role is invalid or not supported."}
	case text == "owner" && !c.Flag("transferOwnership"):
		return &rest.Error{
			Status:  http.StatusForbidden,
			Message: "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
			Item:    rest.ErrorItem{Reason: "forbidden", Location: "transferOwnership", LocationType: "parameter"},
		}
	case given == files.Owner && (mine < files.Owner || kind == "anyone" || kind == "domain"):
		return &rest.Error{Status: http.StatusForbidden, Message: "Insufficient permissions for this file.", Item: rest.ErrorItem{Reason: "insufficientFilePermissions"}}
	case given == files.Owner && f.Drive == "" && rest.IsServiceAccount(name):
		return noStorage()
	}
	if given == files.Owner && f.Drive == "" {
		for other, have := range f.Roles {
			if have == files.Owner {
				f.Roles[other] = files.Writer
			}
		}
	}
	f.Roles[name] = given
	return nil
}

func (api *API) updatePermission(c *rest.Call) (*drive.Permission, error) {
	var body drive.Permission
	if err := rest.DecodeLenient(c.Body, &body); err != nil {
		return nil, err
	}
	f, err := api.fileWithRole(c, files.Writer)
	if err != nil {
		return nil, err
	}
	name, err := api.granteeFor(c, f)
	if err != nil {
		return nil, err
	}
	if f.Roles[name] == files.Owner && f.Drive == "" && body.Role != "owner" {
		return nil, cannotRemoveOwner()
	}
	return api.grantRole(c, f, name, body.Role)
}

// cannotRemoveOwner is the 403 for a file that would have no owner.
func cannotRemoveOwner() error {
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "The owner of a file cannot be removed.",
		Item:    rest.ErrorItem{Reason: "cannotRemoveOwner"},
	}
}

// deletePermission revokes a role. Users may revoke their own.
func (api *API) deletePermission(c *rest.Call) (any, error) {
	f, err := api.fileWithRole(c, files.Reader)
	if err != nil {
		return nil, err
	}
	name, err := api.granteeFor(c, f)
	if err != nil {
		return nil, err
	}
	if name != c.Principal {
		if _, err := api.fileWithRole(c, files.Writer); err != nil {
			return nil, err
		}
	}
	if f.Roles[name] == files.Owner && f.Drive == "" {
		return nil, cannotRemoveOwner()
	}
	delete(f.Roles, name)
	return rest.NewResponse(http.StatusNoContent, "text/html", nil), nil
}

package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// source fetches tokens. It caches nothing.
type source interface {
	fetch(context.Context) (Token, error)
	email(context.Context) (string, error)
	fmt.Stringer
}

// chooseSource returns the source of the tokens and the reason for the choice.
// The source is the platform's or, on top of it, one that acts as another identity.
func chooseSource(c Config) (src source, reason string, err error) {
	if c.Subject == "" && c.Impersonate == "" {
		return platformSource(c, c.Scopes)
	}
	base, reason, err := platformSource(c, cloudPlatform)
	if err != nil {
		return nil, "", err
	}
	return newDelegate(c, base), reason, nil
}

func platformSource(c Config, scopes Scopes) (src source, reason string, err error) {
	if path := os.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); path != "" {
		src, err = newCredentialsFile(path, scopes, c.Base)
		return src, "GOOGLE_APPLICATION_CREDENTIALS names it", err
	}
	if host := os.Getenv("GCE_METADATA_HOST"); host != "" {
		if strings.Contains(host, "/") {
			return nil, "", &Error{
				Op: "read GCE_METADATA_HOST", Err: errors.New("it is not host or host:port without a scheme"),
				Hint: "on Google Cloud GCE_METADATA_HOST=169.254.169.254",
			}
		}
		return newMetadataServer(host, scopes, c.Base), "GCE_METADATA_HOST names it", nil
	}
	if os.Getenv("K_SERVICE") != "" {
		return newMetadataServer(metadataAddress, scopes, c.Base), "K_SERVICE is set, so this runs on a platform", nil
	}
	if src, err = newCredentialsFile(gcloudFile(), scopes, c.Base); errors.Is(err, fs.ErrNotExist) {
		err = &Error{
			Op: "find credentials", Err: fmt.Errorf("GOOGLE_APPLICATION_CREDENTIALS, GCE_METADATA_HOST and K_SERVICE are not set, and there is no %s", gcloudFile()),
			Hint: "on a VM, GKE without Knative, App Engine or a Cloud Run job set GCE_METADATA_HOST=169.254.169.254; on your own machine: " + loginHintFor(scopes),
		}
	}
	return src, "neither GOOGLE_APPLICATION_CREDENTIALS, GCE_METADATA_HOST nor K_SERVICE is set", err
}

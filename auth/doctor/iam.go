package doctor

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// iamFinding explains a response of IAM's Service Account Credentials API.
func (e *examination) iamFinding(x *exchange) *finding {
	refused := readError(x)
	switch {
	case refused.has("SERVICE_DISABLED"):
		return e.apiDisabled("iamcredentials.googleapis.com", refused)
	case refused.has("ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
		return e.platformScope()
	case x.status == http.StatusUnauthorized:
		return e.federated()
	case x.status == http.StatusForbidden, x.status == http.StatusNotFound:
		return e.impersonationDenied(x)
	case x.status == http.StatusBadRequest:
		return e.malformed("IAM returns 400")
	}
	return e.googleUnavailable("iamcredentials.googleapis.com", x)
}

func (e *examination) impersonationDenied(x *exchange) *finding {
	target := accountIn(x.url.Path)
	member := "PRINCIPAL"
	switch own := e.ownAccount(); {
	case own != "":
		member = "serviceAccount:" + own
	case e.watch.metadataHost() == "":
		member = `"user:$(gcloud config get account)"`
	}
	if strings.HasPrefix(member, "serviceAccount:") {
		member = quote(member)
	}
	return &finding{
		ImpersonationDenied, "IAM does not let the identity that the program runs as act as " + target + ", or there is no such account",
		"Give it the role on the account, also if both are the same. It takes some minutes.",
		[]string{"gcloud iam service-accounts add-iam-policy-binding " + quote(target) + " --role=roles/iam.serviceAccountTokenCreator --member=" + member + e.project(target)},
	}
}

// accountIn returns the service account in the path of a request to IAM.
func accountIn(path string) string {
	_, rest, _ := strings.Cut(path, "/serviceAccounts/")
	account, _, _ := strings.Cut(rest, ":")
	return account
}

func (e *examination) platformScope() *finding {
	found := &finding{
		cause: PlatformScope, detail: "the platform's own token lacks the scope cloud-platform, which IAM requires of a program that acts as another account",
		fix:      "Set the scope of the VM or node pool.",
		commands: []string{"gcloud compute instances set-service-account VM --scopes=cloud-platform"},
	}
	if e.where().vm != "" {
		found.fix = "Stop the VM and set its scope, from a machine where gcloud is logged in."
		found.commands = e.changeVM("--scopes=cloud-platform")
	}
	return found
}

// grantFinding explains a response of the token endpoint, which are those of RFC 6749.
func (e *examination) grantFinding(x *exchange) *finding {
	text := string(x.body)
	account := cmp.Or(e.config.Impersonate, e.ownAccount(), "ACCOUNT")
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case has("unauthorized_client"):
		return &finding{
			DelegationMissing, "the Workspace domain does not let " + account + " act as its users with these scopes",
			fmt.Sprintf("In the admin console, Security > Access and data control > API controls > Domain-wide delegation, add the client ID that the command prints with exactly these scopes: %s. It can take a day.", strings.Join(e.config.Scopes, ",")),
			[]string{"gcloud iam service-accounts describe " + quote(account) + e.project(account) + " --format='value(uniqueId)'"},
		}
	case has("Invalid email or User ID"):
		return &finding{
			UnknownSubject, "the user that SUBJECT names is not a user of the domain that delegates",
			"Set SUBJECT to the primary address of a user, not of a group or a service account.", e.setEnv("SUBJECT", "PERSON@DOMAIN"),
		}
	case has("invalid_scope"):
		return e.malformed("Google's token endpoint returns invalid_scope")
	case has("JWT Signature"), has("account not found"):
		return &finding{
			CredentialsFile, "Google does not accept the key in the credentials file: it is deleted, or its account is",
			"Do without a key: act as the service account.", append([]string{loginCommand(e.config.Impersonate)}, e.unsetEnv("GOOGLE_APPLICATION_CREDENTIALS")...),
		}
	case has("invalid_grant"), has("invalid_rapt"):
		return &finding{
			LoginEnded, "Google does not accept the login in the credentials file any more",
			"Log in again.", []string{loginCommand(e.config.Impersonate)},
		}
	}
	return e.googleUnavailable("oauth2.googleapis.com", x)
}

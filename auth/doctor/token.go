package doctor

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// maxSkew is how far this machine's clock may be from Google's. ID tokens of callers
// are mostly checked with half a minute of leeway.
const maxSkew = time.Minute

func (e *examination) checkCredentials(context.Context) (string, *finding) {
	transport, err := e.config.Transport(e.watch)
	if err == nil {
		e.transport = transport
		if e.config.Endpoint != "" {
			return "found, for calls to " + e.config.Endpoint + ", which SHEETS_EMULATOR_HOST names, and not to Google", nil
		}
		return "found", nil
	}
	switch host := os.Getenv("GCE_METADATA_HOST"); {
	case os.Getenv("GOOGLE_APPLICATION_CREDENTIALS") != "":
		return "", e.fileFinding(err)
	case strings.Contains(host, "/"):
		return "", e.metadataHostFinding("GCE_METADATA_HOST is not host or host:port without a scheme")
	case errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), "there is no "):
		return "", &finding{
			NoCredentials, detailOf(err),
			"On Cloud Run jobs, App Engine, a VM or GKE without Knative set GCE_METADATA_HOST; on your own machine act as the service account that production uses.",
			[]string{"export GCE_METADATA_HOST=" + metadataAddress, loginCommand(e.config.Impersonate)},
		}
	}
	return "", e.fileFinding(err)
}

func (e *examination) fileFinding(err error) *finding {
	return &finding{
		CredentialsFile, detailOf(err), "Use a file that impersonates the service account that production uses; on a platform use none, but its own account.",
		append([]string{loginCommand(e.config.Impersonate)}, e.unsetEnv("GOOGLE_APPLICATION_CREDENTIALS")...),
	}
}

// loginCommand returns the command that makes a credentials file.
func loginCommand(account string) string {
	return "gcloud auth application-default login --impersonate-service-account=" + quote(cmp.Or(account, "ACCOUNT"))
}

// detailOf returns the text of an error, without the hint that an error of package
// auth has: the fix takes its place.
func detailOf(err error) string {
	var withHint interface {
		error
		Detail() string
	}
	if errors.As(err, &withHint) {
		return withHint.Detail()
	}
	return err.Error()
}

// checkToken makes the transport get a token.
func (e *examination) checkToken(ctx context.Context) (string, *finding) {
	x := do(context.WithValue(ctx, withoutSending{}, e.sheetsURL()), e.transport, tokenTimeout, "GET", e.sheetsURL(), "")
	tried := e.watch.forToken()
	switch {
	case x.err == nil && e.watch.value() != "" && len(tried) > 0:
		return "from " + tried[len(tried)-1].url.Host, nil
	case x.err == nil && e.watch.value() != "":
		return "found", nil
	case x.err == nil:
		return "", e.unknown("the transport adds no token to requests")
	}
	last := lastFailed(tried)
	switch {
	case last == nil:
		return "", e.unknown(detailOf(x.err))
	case last.toMetadata():
		return "", e.metadataFinding(ctx, last)
	case last.err != nil:
		return "", e.unreachable(last)
	case e.skewed() && (last.status == http.StatusBadRequest || last.status == http.StatusUnauthorized):
		return "", e.clockFinding()
	case last.toIAM():
		return "", e.iamFinding(last)
	}
	return "", e.grantFinding(last)
}

// lastFailed returns the request that ended the search for a token. If none failed,
// it is the last one: its response is of no use.
func lastFailed(list []*exchange) *exchange {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].failed() {
			return list[i]
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

func (e *examination) unknown(detail string) *finding {
	return &finding{Unknown, detail, "The message is all that is known; auth/README.md lists messages of Google and their causes.", nil}
}

// metadataFinding explains a response of the metadata server, or of what is there
// instead.
func (e *examination) metadataFinding(ctx context.Context, x *exchange) *finding {
	body := string(x.body)
	switch {
	case x.err != nil:
		return e.noMetadata(x)
	case x.status == http.StatusOK && !x.flavored() && strings.Contains(body, "access_token"):
		return e.proxyFinding("its responses lack the header Metadata-Flavor: Google")
	case x.status == http.StatusForbidden && strings.Contains(body, "IAM returned"):
		return e.workloadIdentity()
	case x.status == http.StatusForbidden && (x.flavored() || x.url.Host == metadataAddress):
		return e.proxyFinding("it refuses the request (403), as it does if the header Metadata-Flavor is missing or X-Forwarded-For is there")
	case x.status == http.StatusNotFound && (x.flavored() || e.where().project != ""):
		return e.noServiceAccount()
	case x.status == http.StatusBadRequest && x.flavored():
		return e.malformed("the metadata server returns 400")
	case strings.Contains(body, "Could not fetch URI"):
		return e.notFetched(ctx, x)
	case x.status == http.StatusTooManyRequests || x.status >= http.StatusInternalServerError:
		return e.unavailableMetadata("it returns " + httpStatus(x.status))
	}
	what := "what responds at " + x.url.Host + " is not a metadata server: " + httpStatus(x.status) + " without a token"
	if x.url.Host == metadataAddress {
		return e.noServer(what)
	}
	return e.metadataHostFinding(what)
}

// noMetadata explains why there was no response.
func (e *examination) noMetadata(x *exchange) *finding {
	dial, ok := errors.AsType[*net.OpError](x.err)
	_, lookup := errors.AsType[*net.DNSError](x.err)
	switch {
	case !lookup && (!ok || dial.Op != "dial"):
		return e.unavailableMetadata("it accepts connections and sends no whole response")
	case x.url.Host != metadataAddress:
		return e.metadataHostFinding("nothing responds at " + x.url.Host + ": " + x.err.Error())
	}
	return e.noServer("nothing responds at " + metadataAddress + ", the address of the metadata server: " + x.err.Error())
}

func (e *examination) noServer(what string) *finding {
	return &finding{
		NoMetadataServer, what,
		"Off Google Cloud there is none, and on GKE it takes some seconds after the start of a pod. Elsewhere than on Google Cloud use a credentials file that impersonates the service account.",
		[]string{"curl -sS -H 'Metadata-Flavor: Google' http://" + metadataAddress + "/computeMetadata/v1/project/project-id", "export GOOGLE_APPLICATION_CREDENTIALS=/path/to/credentials.json"},
	}
}

// notFetched finds out which of two reasons this 500 of Cloud Run has.
func (e *examination) notFetched(ctx context.Context, x *exchange) *finding {
	target := *x.url
	target.RawQuery = ""
	if plain := do(ctx, e.watch.base, probeTimeout, "GET", target.String(), ""); !plain.failed() {
		return e.malformed("the metadata server returns a token without scopes, and 500 with these")
	}
	account := e.where().email
	describe := "gcloud iam service-accounts describe " + quote(cmp.Or(account, "ACCOUNT")) + e.project(account)
	return &finding{
		AccountUnusable, "the metadata server gets no token of the service account, with any scope",
		"The account is disabled or deleted, or IAM fails at the moment. Enable it, or give the service another one.",
		[]string{describe, "gcloud iam service-accounts enable " + quote(cmp.Or(account, "ACCOUNT")) + e.project(account)},
	}
}

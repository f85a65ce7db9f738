package doctor

import (
	"cmp"
	"net/http"
	"strings"
)

func (e *examination) apiDisabled(host string, refused googleError) *finding {
	service := cmp.Or(refused.metadata("service"), host)
	account := e.account()
	if service == "iamcredentials.googleapis.com" { // the caller's project counts, not the target's
		account = e.ownAccount()
	}
	project := ""
	if id := cmp.Or(projectOf(account), strings.TrimPrefix(refused.metadata("consumer"), "projects/")); id != "" {
		project = " --project=" + quote(id)
	}
	return &finding{
		APIDisabled, service + " is not enabled in the project that the service account belongs to, whoever owns the spreadsheet",
		"Enable it; it takes some minutes.", []string{"gcloud services enable " + quote(service) + project},
	}
}

func (e *examination) tokenRefused(host string) *finding {
	account := cmp.Or(e.account(), "ACCOUNT")
	found := &finding{
		TokenRefused, host + " does not accept the token (401)",
		"The account is disabled or deleted, or the token has expired. Check the account; then run this again.",
		[]string{"gcloud iam service-accounts describe " + quote(account) + e.project(account)},
	}
	if e.skewed() {
		return e.clockFinding()
	}
	return found
}

func (e *examination) quotaExceeded(host string, refused googleError) *finding {
	detail := "the quota of calls a minute is used up"
	if limit, value := refused.metadata("quota_limit"), refused.metadata("quota_limit_value"); limit != "" {
		detail += ": " + limit + " is " + value
	}
	service := cmp.Or(refused.metadata("service"), host)
	if service == "www.googleapis.com" {
		service = "drive.googleapis.com"
	}
	return &finding{
		QuotaExceeded, detail,
		"Come back when the minute is over. One service account is one user: 60 reads and 60 writes of Sheets a minute. Batch and cache calls, or ask for more: https://console.cloud.google.com/apis/api/" + service + "/quotas",
		[]string{"sleep 60"},
	}
}

func (e *examination) unreachable(x *exchange) *finding {
	return &finding{
		Unreachable, x.url.Host + " does not respond: " + x.err.Error(),
		"Check name resolution, the proxy settings and the egress of the network: a VPC without a public way out needs Private Google Access.",
		[]string{"curl -sSI https://" + x.url.Host + " | head -1"},
	}
}

func (e *examination) googleUnavailable(host string, x *exchange) *finding {
	return &finding{GoogleUnavailable, host + " returns " + httpStatus(x.status), "It is mostly temporary: run this again in a minute. https://www.google.com/appsstatus shows outages.", []string{"sleep 60"}}
}

// notGoogle is for responses that are not those of an API, such as a proxy's page.
func (e *examination) notGoogle(host string, x *exchange) *finding {
	return &finding{
		Unreachable, host + " returns " + httpStatus(x.status) + " without an error of Google's APIs (" + cmp.Or(x.header.Get("Content-Type"), http.DetectContentType(x.body)) + "): something else responds in its place",
		"Check the proxy settings of the environment.", []string{"env | grep -i _proxy", "curl -sSI https://" + host + " | head -1"},
	}
}

func (e *examination) notASpreadsheet(how string) *finding {
	return &finding{
		NotASpreadsheet, "the file with this ID is not a Google spreadsheet: " + how,
		"If it is an Excel file, open it in Google Sheets, choose File > Save as Google Sheets, and use the ID of the new file. Share that one too.",
		e.setEnv("SPREADSHEET_ID", "ID"),
	}
}

package doctor

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func httpStatus(code int) string { return fmt.Sprintf("%d %s", code, http.StatusText(code)) }

func (e *examination) metadataHostFinding(detail string) *finding {
	return &finding{MetadataHost, detail, "On Google Cloud GCE_METADATA_HOST is always " + metadataAddress + "; elsewhere unset it.", e.setEnv("GCE_METADATA_HOST", metadataAddress)}
}

func (e *examination) proxyFinding(how string) *finding {
	return &finding{
		MetadataProxy, "a proxy is between the program and the metadata server: " + how,
		"The metadata server must be reached directly. Exempt its address from the proxy.",
		[]string{`export NO_PROXY="` + metadataAddress + `,metadata.google.internal${NO_PROXY:+,$NO_PROXY}"`},
	}
}

func (e *examination) unavailableMetadata(how string) *finding {
	return &finding{
		MetadataUnavailable, "the metadata server does not serve the request: " + how,
		"It is mostly temporary: at the start of a pod, or if the program calls it for every request. Wait a minute, then run this again.",
		[]string{"curl -sS -H 'Metadata-Flavor: Google' http://" + cmp.Or(e.watch.metadataHost(), metadataAddress) + "/computeMetadata/v1/project/project-id"},
	}
}

func (e *examination) workloadIdentity() *finding {
	account, project := cmp.Or(e.where().email, "ACCOUNT"), cmp.Or(e.where().project, "PROJECT")
	return &finding{
		WorkloadIdentity, "the Kubernetes service account may not act as " + account,
		"Allow it; NAMESPACE and NAME are those of the pod's Kubernetes service account. It takes some minutes.",
		[]string{
			"gcloud iam service-accounts add-iam-policy-binding " + quote(account) + " --role=roles/iam.workloadIdentityUser --member='serviceAccount:" + project + ".svc.id.goog[NAMESPACE/NAME]'" + e.project(account),
			"kubectl annotate serviceaccount NAME --namespace NAMESPACE iam.gke.io/gcp-service-account=" + quote(account) + " --overwrite",
		},
	}
}

func (e *examination) noServiceAccount() *finding {
	found := &finding{cause: NoServiceAccount, detail: "the metadata server has no service account for this workload", fix: "Attach one, and share the spreadsheet with its address."}
	found.commands = []string{"gcloud run services update " + quote(cmp.Or(e.config.Service, "SERVICE")) + cmp.Or(e.region(), " --region=REGION") + " --service-account=ACCOUNT"}
	if vm := e.where().vm; vm != "" {
		found.commands = e.changeVM("--service-account=ACCOUNT --scopes=cloud-platform," + strings.Join(e.config.Scopes, ","))
	}
	return found
}

func (e *examination) malformed(how string) *finding {
	return &finding{
		ScopeMalformed, how + ": one of the scopes " + strings.Join(e.config.Scopes, " ") + " is not a scope of Google, or they are not separated by commas",
		"Correct the spelling; https://developers.google.com/identity/protocols/oauth2/scopes lists all scopes.",
		e.setEnv("SCOPES", "drive,spreadsheets"),
	}
}

// federated is for identities that no file can be shared with.
func (e *examination) federated() *finding {
	account := "ACCOUNT"
	return &finding{
		FederatedIdentity, "the identity is a federated one without an e-mail address, which Sheets and Drive refuse and no spreadsheet can be shared with",
		"Act as a Google service account: on GKE bind one to the Kubernetes service account, elsewhere set IMPERSONATE.",
		[]string{
			"gcloud iam service-accounts add-iam-policy-binding " + account + " --role=roles/iam.workloadIdentityUser --member='serviceAccount:" +
				cmp.Or(e.where().project, "PROJECT") + ".svc.id.goog[NAMESPACE/NAME]'" + e.project(""),
			"kubectl annotate serviceaccount NAME --namespace NAMESPACE iam.gke.io/gcp-service-account=" + account,
		},
	}
}

// scopesIgnored is for a platform that gives other scopes than were requested.
func (e *examination) scopesIgnored(missing []string) *finding {
	where := e.where()
	found := &finding{cause: ScopeIgnored, detail: "the request for the token named the scopes, and the token lacks " + strings.Join(missing, " ")}
	scopes := slices.Concat(where.scopes, e.config.Scopes)
	slices.Sort(scopes)
	list := strings.Join(slices.Compact(scopes), ",")
	switch {
	case where.cluster != "":
		found.detail += ": a GKE node without Workload Identity ignores the scopes of requests"
		found.fix = "Use Workload Identity with a Google service account, or a node pool with these scopes."
		found.commands = []string{"gcloud container node-pools create sheets --cluster=" + quote(where.cluster) + " --location=" + quote(where.location) + e.project("") + " --scopes=" + quote(list)}
	case where.vm != "":
		found.detail += ": a VM ignores the scopes of requests, and gives those that it was made with"
		found.fix = "Stop the VM and set its scopes, from a machine where gcloud is logged in; or set IMPERSONATE to a service account, if the VM has the scope cloud-platform."
		found.commands = e.changeVM("--scopes=" + quote(list))
	default:
		found.fix = "Cloud Run honours scopes. Look for what removes the parameter between the program and the metadata server."
		found.commands = []string{e.tokenCommand()}
	}
	return found
}

// tokenCommand returns a command that shows the scopes of a token for the scopes.
func (e *examination) tokenCommand() string {
	return "curl -sS -H 'Metadata-Flavor: Google' 'http://" + cmp.Or(e.watch.metadataHost(), metadataAddress) + metadataRoot +
		"instance/service-accounts/default/token?scopes=" + strings.Join(e.config.Scopes, ",") + "'"
}

func (e *examination) changeVM(flags string) []string {
	vm := quote(e.where().vm) + " --zone=" + quote(e.where().zone) + e.project("")
	return []string{
		"gcloud compute instances stop " + vm,
		"gcloud compute instances set-service-account " + vm + " " + flags,
		"gcloud compute instances start " + vm,
	}
}

func (e *examination) region() string {
	if region := e.where().region; region != "" {
		return " --region=" + quote(region) + e.project("")
	}
	return ""
}

// setEnv returns the commands that set a variable of the service: one, or both that
// can be meant. gcloud splits values at commas, except after ^;^, where it splits at
// semicolons.
func (e *examination) setEnv(name, value string) []string {
	return e.changeEnv("--update-env-vars=^;^"+name+"="+value, " --env "+quote(name+"="+value), "export "+name+"="+quote(value))
}

// unsetEnv returns the commands that unset variables, as setEnv.
func (e *examination) unsetEnv(names ...string) []string {
	onKnative := ""
	for _, name := range names {
		onKnative += " --env " + name + "-"
	}
	return e.changeEnv("--remove-env-vars="+strings.Join(names, ","), onKnative, "unset "+strings.Join(names, " "))
}

// changeEnv returns the commands for Cloud Run, Knative and a shell that apply here.
func (e *examination) changeEnv(cloudRunFlag, knativeFlags, shell string) []string {
	service := quote(cmp.Or(e.config.Service, "SERVICE"))
	onCloudRun := "gcloud run services update " + service + cmp.Or(e.region(), " --region=REGION") + " " + quote(cloudRunFlag)
	onKnative := "kn service update " + service + knativeFlags
	switch where := e.where(); {
	case where.region != "":
		return []string{onCloudRun}
	case e.config.Service == "":
		return []string{shell}
	case where.project != "":
		return []string{onKnative}
	}
	return []string{onCloudRun, onKnative}
}

func (e *examination) notShared(how, role string) *finding {
	who := e.identity()
	found := &finding{
		NotShared, how,
		fmt.Sprintf("Open the spreadsheet, choose Share, and add %s as %s: https://docs.google.com/spreadsheets/d/%s/edit. If Google refuses to share it outside of your organization, see \"The organization forbids it\" in auth/README.md.", who, role, e.config.SpreadsheetID),
		nil,
	}
	if !slices.ContainsFunc(e.config.Scopes, coversForeignFiles) {
		found.fix += " The scope drive.file alone covers files that this identity has created, and no shared ones: request spreadsheets or drive."
	}
	return found
}

func (e *examination) clockFinding() *finding {
	ahead := "behind"
	if e.watch.clock() > 0 {
		ahead = "ahead of"
	}
	return &finding{
		ClockSkew, fmt.Sprintf("this machine's clock is %v %s Google's", e.watch.clock().Abs().Round(time.Second), ahead),
		"Set the clock, or start the time service. Signed requests for tokens and ID tokens of callers are refused meanwhile.",
		[]string{"date -u; curl -sSI https://www.googleapis.com | grep -i '^date'", "sudo timedatectl set-ntp true"},
	}
}

package cloud

import "strings"

// Need is a permission that a command needs, and on what.
type Need struct {
	Permission string
	// On is "project", or the kind of a resource: service, account or repository,
	// whose name is the command's first argument; --service-account and other
	// flags of accounts by their names.
	On string
}

// Command is what one of gcloud's commands needs.
type Command struct {
	API   string // that has to be enabled; empty is none
	Needs []Need
	// Source is the page of Google's that says so; empty is unknown.
	Source string
}

// on returns needs on one kind of resource, for permissions that share a prefix.
func on(kind, prefix string, names ...string) (needs []Need) {
	for _, name := range names {
		needs = append(needs, Need{prefix + name, kind})
	}
	return needs
}

func join(lists ...[]Need) (all []Need) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

const (
	docs      = "https://docs.cloud.google.com/"
	deployDoc = docs + "run/docs/reference/iam/roles#additional-configuration"
	sourceDoc = docs + "run/docs/configuring/services/build-service-account"
	publicDoc = docs + "run/docs/authenticating/public"
	enableDoc = docs + "build/docs/securing-builds/configure-user-specified-service-accounts"
	runPerms  = docs + "run/docs/reference/iam/permissions"
)

// deploys are what a new revision needs.
var deploys = join(on("service", "run.services.", "get", "update"),
	on("--service-account", "iam.serviceAccounts.", "actAs"))

// builds are what a build of uploaded sources needs of who starts it.
var builds = join(on("project", "", "cloudbuild.builds.create", "serviceusage.services.use",
	"storage.buckets.create", "storage.buckets.get", "storage.objects.create"))

// Commands are the commands of the pages, of setup.sh and of the pipeline, without
// gcloud's own name and without beta and alpha. Commands whose flags change what
// they need are here more than once: the flag follows.
var Commands = map[string]Command{
	"services enable":          {"", on("project", "serviceusage.services.", "enable"), enableDoc},
	"services identity create": {"", on("project", "serviceusage.services.", "enable"), ""},

	"iam service-accounts create":                       {"iam", on("project", "iam.serviceAccounts.", "create"), docs + "iam/docs/service-accounts-create"},
	"iam service-accounts describe":                     {"iam", on("account", "iam.serviceAccounts.", "get"), ""},
	"iam service-accounts delete":                       {"iam", on("account", "iam.serviceAccounts.", "delete"), ""},
	"iam service-accounts add-iam-policy-binding":       {"iam", on("account", "iam.serviceAccounts.", "getIamPolicy", "setIamPolicy"), ""},
	"iam workload-identity-pools create":                {"iam", on("project", "iam.googleapis.com/workloadIdentityPools.", "create"), ""},
	"iam workload-identity-pools delete":                {"iam", on("project", "iam.googleapis.com/workloadIdentityPools.", "delete"), ""},
	"iam workload-identity-pools providers create-oidc": {"iam", on("project", "iam.googleapis.com/workloadIdentityPoolProviders.", "create"), ""},

	"projects describe":                  {"", on("project", "resourcemanager.projects.", "get"), ""},
	"projects add-iam-policy-binding":    {"cloudresourcemanager", on("project", "resourcemanager.projects.", "getIamPolicy", "setIamPolicy"), ""},
	"projects remove-iam-policy-binding": {"cloudresourcemanager", on("project", "resourcemanager.projects.", "getIamPolicy", "setIamPolicy"), ""},

	"artifacts repositories create":                 {"artifactregistry", on("project", "artifactregistry.repositories.", "create"), ""},
	"artifacts repositories describe":               {"artifactregistry", on("repository", "artifactregistry.repositories.", "get"), ""},
	"artifacts repositories delete":                 {"artifactregistry", on("repository", "artifactregistry.repositories.", "delete"), ""},
	"artifacts repositories add-iam-policy-binding": {"artifactregistry", on("repository", "artifactregistry.repositories.", "getIamPolicy", "setIamPolicy"), ""},
	"artifacts docker images describe":              {"artifactregistry", on("repository", "artifactregistry.dockerimages.", "get"), ""},
	"artifacts docker images list":                  {"artifactregistry", on("repository", "artifactregistry.dockerimages.", "list"), ""},
	"artifacts docker images delete":                {"artifactregistry", on("repository", "artifactregistry.packages.", "delete"), ""},
	"docker push":                                   {"artifactregistry", on("repository", "artifactregistry.repositories.", "uploadArtifacts"), sourceDoc},

	"run deploy":          {"run", deploys, deployDoc},
	"run deploy (new)":    {"run", join(on("project", "run.services.", "create"), on("--service-account", "iam.serviceAccounts.", "actAs")), deployDoc},
	"run deploy --source": {"cloudbuild", join(builds, on("project", "artifactregistry.repositories.", "create", "get"), on("--build-service-account", "iam.serviceAccounts.", "actAs")), sourceDoc},
	"run deploy --image":  {"artifactregistry", on("repository", "artifactregistry.repositories.", "downloadArtifacts"), docs + "artifact-registry/docs/integrate-cloud-run"},
	// gcloud 528, surface/run/deploy.py: removes the role of allUsers, where the
	// service exists.
	"run deploy --no-allow-unauthenticated": {"run", on("service", "run.services.", "getIamPolicy", "setIamPolicy"), publicDoc},
	// Only where it changes the service; a value that stays is taken to need no more
	// than a deployment does.
	"run deploy --invoker-iam-check":                          {"run", on("service", "run.services.", "create", "update", "setIamPolicy"), publicDoc},
	"run services replace --invoker-iam-check":                {"run", on("service", "run.services.", "create", "update", "setIamPolicy"), publicDoc},
	"run services describe":                                   {"run", on("service", "run.services.", "get"), runPerms},
	"run services delete":                                     {"run", on("service", "run.services.", "delete"), runPerms},
	"run services update":                                     {"run", deploys, deployDoc},
	"run services update --no-invoker-iam-check":              {"run", on("service", "run.services.", "create", "update", "setIamPolicy"), publicDoc},
	"run services update --invoker-iam-check":                 {"run", on("service", "run.services.", "create", "update", "setIamPolicy"), publicDoc},
	"run services update --iap":                               {"iap", on("service", "run.services.", "update", "setIamPolicy"), docs + "run/docs/securing/identity-aware-proxy-cloud-run"},
	"run services update-traffic":                             {"run", on("service", "run.services.", "get", "update"), runPerms},
	"run services add-iam-policy-binding":                     {"run", on("service", "run.services.", "getIamPolicy", "setIamPolicy"), runPerms},
	"run services remove-iam-policy-binding":                  {"run", on("service", "run.services.", "getIamPolicy", "setIamPolicy"), runPerms},
	"run services update --no-iap":                            {"iap", on("service", "run.services.", "update", "setIamPolicy"), docs + "run/docs/securing/identity-aware-proxy-cloud-run"},
	"iap web remove-iam-policy-binding":                       {"iap", on("project", "iap.webServices.", "getIamPolicy", "setIamPolicy"), docs + "run/docs/securing/identity-aware-proxy-cloud-run"},
	"run services replace":                                    {"run", deploys, deployDoc},
	"run services replace (new)":                              {"run", join(on("project", "run.services.", "create"), on("--service-account", "iam.serviceAccounts.", "actAs")), deployDoc},
	"run revisions list":                                      {"run", on("project", "run.revisions.", "list"), runPerms},
	"iap web add-iam-policy-binding":                          {"iap", on("project", "iap.webServices.", "getIamPolicy", "setIamPolicy"), docs + "run/docs/securing/identity-aware-proxy-cloud-run"},
	"builds submit":                                           {"cloudbuild", join(builds, on("--service-account", "iam.serviceAccounts.", "actAs")), ""},
	"builds run":                                              {"cloudbuild", on("project", "", "logging.logEntries.create", "storage.objects.get"), sourceDoc},
	"functions deploy":                                        {"cloudfunctions", join(on("project", "cloudfunctions.functions.", "create", "update", "sourceCodeSet", "get"), on("--service-account", "iam.serviceAccounts.", "actAs")), ""},
	"functions deploy --build-service-account":                {"cloudbuild", on("--build-service-account", "iam.serviceAccounts.", "actAs"), ""},
	"functions describe":                                      {"cloudfunctions", on("project", "cloudfunctions.functions.", "get"), ""},
	"functions delete":                                        {"cloudfunctions", on("project", "cloudfunctions.functions.", "delete"), ""},
	"auth print-identity-token --impersonate-service-account": {"iamcredentials", join(on("--impersonate-service-account", "iam.serviceAccounts.", "getAccessToken", "getOpenIdToken")), docs + "iam/docs/service-account-permissions"},
	"POST generateIdToken":                                    {"iamcredentials", on("account", "iam.serviceAccounts.", "getOpenIdToken"), docs + "iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken"},
	"GET service":                                             {"run", on("service", "run.routes.", "invoke"), docs + "run/docs/reference/iam/roles"},

	"logging read":                       {"logging", on("project", "logging.logEntries.", "list"), ""},
	"logging metrics create":             {"logging", on("project", "logging.logMetrics.", "create"), ""},
	"logging metrics delete":             {"logging", on("project", "logging.logMetrics.", "delete"), ""},
	"monitoring channels create":         {"", on("project", "monitoring.notificationChannels.", "create"), ""},
	"monitoring policies create":         {"", on("project", "monitoring.alertPolicies.", "create"), ""},
	"monitoring policies delete":         {"", on("project", "monitoring.alertPolicies.", "delete"), ""},
	"monitoring channels list":           {"", on("project", "monitoring.notificationChannels.", "list"), ""},
	"monitoring channels delete":         {"", on("project", "monitoring.notificationChannels.", "delete"), ""},
	"monitoring policies list":           {"", on("project", "monitoring.alertPolicies.", "list"), ""},
	"container clusters create":          {"container", join(on("project", "container.clusters.", "create"), on("--service-account", "iam.serviceAccounts.", "actAs")), ""},
	"container clusters get-credentials": {"container", on("project", "container.clusters.", "get"), ""},
	"container clusters delete":          {"container", on("project", "container.clusters.", "delete"), ""},
	"storage rm":                         {"", on("project", "storage.objects.", "delete", "list"), ""},

	"pubsub topics create":                        {"pubsub", on("project", "pubsub.topics.", "create"), ""},
	"pubsub topics delete":                        {"pubsub", on("project", "pubsub.topics.", "delete"), ""},
	"pubsub topics publish":                       {"pubsub", on("project", "pubsub.topics.", "publish"), ""},
	"pubsub topics add-iam-policy-binding":        {"pubsub", on("project", "pubsub.topics.", "getIamPolicy", "setIamPolicy"), ""},
	"pubsub subscriptions create":                 {"pubsub", join(on("project", "pubsub.", "subscriptions.create", "topics.attachSubscription"), on("--push-auth-service-account", "iam.serviceAccounts.", "actAs")), docs + "python/docs/reference/pubsub/latest/google.cloud.pubsub_v1.types.PushConfig.OidcToken"},
	"pubsub subscriptions update":                 {"pubsub", on("project", "pubsub.subscriptions.", "update"), ""},
	"pubsub subscriptions modify-push-config":     {"pubsub", join(on("project", "pubsub.subscriptions.", "update"), on("--push-auth-service-account", "iam.serviceAccounts.", "actAs")), docs + "python/docs/reference/pubsub/latest/google.cloud.pubsub_v1.types.PushConfig.OidcToken"},
	"pubsub subscriptions pull":                   {"pubsub", on("project", "pubsub.subscriptions.", "consume"), ""},
	"pubsub subscriptions delete":                 {"pubsub", on("project", "pubsub.subscriptions.", "delete"), ""},
	"pubsub subscriptions add-iam-policy-binding": {"pubsub", on("project", "pubsub.subscriptions.", "getIamPolicy", "setIamPolicy"), ""},
	"eventarc triggers create":                    {"eventarc", join(on("project", "eventarc.triggers.", "create"), on("--service-account", "iam.serviceAccounts.", "actAs")), ""},
	"eventarc triggers describe":                  {"eventarc", on("project", "eventarc.triggers.", "get"), ""},
	"eventarc triggers delete":                    {"eventarc", on("project", "eventarc.triggers.", "delete"), ""},
}

// local are commands that call no API that checks a permission of the project.
var local = []string{
	"auth login", "auth print-access-token", "auth print-identity-token", "config get account",
	"iam workload-identity-pools create-cred-config",
}

// words returns the words of a command that are in the table, and the rest of its
// arguments.
func words(args []string) (name string, rest []string) {
	for len(args) > 0 && (args[0] == "beta" || args[0] == "alpha") {
		args = args[1:]
	}
	for n := min(4, len(args)); n > 0; n-- {
		name := strings.Join(args[:n], " ")
		if _, known := Commands[name]; known {
			return name, args[n:]
		}
		for _, l := range local {
			if name == l {
				return name, args[n:]
			}
		}
	}
	return "", args
}

package cloud

import "slices"

// Role is one of Google's predefined roles.
type Role struct {
	// Permissions are those that a command of [Commands] needs, and no others.
	Permissions []string
	// Source is the page of Google's that lists the role's permissions; empty is
	// unknown. They were compared with Google's role definitions, as gcloud iam
	// roles describe prints them.
	Source string
}

const rolesPage = "https://docs.cloud.google.com/iam/docs/roles-permissions/"

// Roles are the roles that setup.sh and the pages grant or require.
var Roles = map[string]Role{
	"roles/run.builder": {[]string{
		"artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.uploadArtifacts",
		"logging.logEntries.create", "storage.objects.get",
	}, rolesPage + "run#run.builder"},
	"roles/run.developer": {[]string{
		"run.services.get", "run.services.create", "run.services.update", "run.services.delete", "run.services.getIamPolicy",
		"run.revisions.list", "run.routes.invoke", "resourcemanager.projects.get",
	}, rolesPage + "run#run.developer"},
	"roles/run.sourceDeveloper": {[]string{
		"run.services.get", "run.services.create", "run.services.update", "run.services.delete", "run.services.getIamPolicy",
		"run.revisions.list", "run.routes.invoke", "resourcemanager.projects.get",
		"artifactregistry.repositories.create", "artifactregistry.repositories.get", "cloudbuild.builds.create",
		"storage.buckets.create", "storage.buckets.get", "storage.objects.create", "storage.objects.get",
	}, rolesPage + "run#run.sourceDeveloper"},
	"roles/run.invoker": {[]string{"run.routes.invoke"}, rolesPage + "run#run.invoker"},
	"roles/run.admin": {[]string{
		"run.services.get", "run.services.create", "run.services.update", "run.services.delete",
		"run.services.getIamPolicy", "run.services.setIamPolicy", "run.revisions.list", "run.routes.invoke",
	}, "https://docs.cloud.google.com/run/docs/reference/iam/roles"},
	"roles/iam.serviceAccountUser": {[]string{
		"iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "resourcemanager.projects.get",
	}, rolesPage + "iam#iam.serviceAccountUser"},
	"roles/iam.serviceAccountOpenIdTokenCreator": {[]string{"iam.serviceAccounts.getOpenIdToken"}, rolesPage + "iam#iam.serviceAccountOpenIdTokenCreator"},
	"roles/iam.serviceAccountTokenCreator": {[]string{
		"iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccounts.get",
	}, "https://docs.cloud.google.com/iam/docs/service-account-permissions"},
	"roles/iam.serviceAccountAdmin": {[]string{
		"iam.serviceAccounts.create", "iam.serviceAccounts.delete", "iam.serviceAccounts.get",
		"iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.setIamPolicy", "resourcemanager.projects.get",
	}, rolesPage + "iam#iam.serviceAccountAdmin"},
	"roles/iam.workloadIdentityUser": {nil, ""},
	"roles/resourcemanager.projectIamAdmin": {[]string{
		"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy",
	}, rolesPage + "resourcemanager#resourcemanager.projectIamAdmin"},
	"roles/serviceusage.serviceUsageAdmin": {[]string{
		"serviceusage.services.enable", "serviceusage.services.use",
	}, rolesPage + "serviceusage#serviceusage.serviceUsageAdmin"},
	"roles/serviceusage.serviceUsageConsumer": {[]string{"serviceusage.services.use"}, rolesPage + "serviceusage#serviceusage.serviceUsageConsumer"},
	"roles/artifactregistry.reader": {[]string{
		"artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.get",
		"artifactregistry.dockerimages.get", "artifactregistry.dockerimages.list",
	}, rolesPage + "artifactregistry#artifactregistry.reader"},
	"roles/artifactregistry.admin": {[]string{
		"artifactregistry.repositories.create", "artifactregistry.repositories.get", "artifactregistry.repositories.delete",
		"artifactregistry.repositories.getIamPolicy", "artifactregistry.repositories.setIamPolicy",
		"artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.uploadArtifacts",
		"artifactregistry.dockerimages.get", "artifactregistry.dockerimages.list", "artifactregistry.packages.delete",
	}, rolesPage + "artifactregistry#artifactregistry.admin"},
	"roles/cloudfunctions.developer": {[]string{
		"cloudfunctions.functions.create", "cloudfunctions.functions.get", "cloudfunctions.functions.delete",
		"cloudfunctions.functions.update", "cloudfunctions.functions.sourceCodeSet", "run.routes.invoke",
	}, rolesPage + "cloudfunctions#cloudfunctions.developer"},
	"roles/container.defaultNodeServiceAccount": {[]string{"logging.logEntries.create"}, rolesPage + "container#container.defaultNodeServiceAccount"},
	"roles/iap.httpsResourceAccessor":           {nil, "https://docs.cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run"},
	"roles/pubsub.publisher":                    {nil, ""},
	"roles/pubsub.subscriber":                   {nil, ""},
	"roles/owner":                               {[]string{"*"}, rolesPage + "iam"},
}

// notOwner are permissions that Owner does not include.
var notOwner = []string{
	"iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken",
	"iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt",
}

// includes reports whether a role includes a permission.
func includes(role, permission string) bool {
	permissions := Roles[role].Permissions
	return slices.Contains(permissions, permission) ||
		slices.Contains(permissions, "*") && !slices.Contains(notOwner, permission)
}

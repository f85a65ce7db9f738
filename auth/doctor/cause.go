package doctor

// Cause names what is wrong, for programs and for tables. The zero value means that
// nothing is.
type Cause string

// The causes, in the order in which they are checked.
const (
	// NoCredentials: no platform, no credentials file, no login.
	NoCredentials Cause = "no-credentials"
	// CredentialsFile: the file cannot be used for these scopes, or Google refuses its key.
	CredentialsFile Cause = "credentials-file"
	// LoginEnded: Google refuses the person's login in the credentials file.
	LoginEnded Cause = "login-ended"

	// EmulatorHost: calls go to an emulator, which does not respond, or which the other
	// settings are not for.
	EmulatorHost Cause = "emulator-host"

	// NoMetadataServer: nothing responds at the address of the platforms' metadata server.
	NoMetadataServer Cause = "no-metadata-server"
	// MetadataHost: what GCE_METADATA_HOST names is not a metadata server.
	MetadataHost Cause = "metadata-host"
	// MetadataProxy: a proxy changes requests to the metadata server, or its responses.
	MetadataProxy Cause = "metadata-proxy"
	// MetadataUnavailable: the metadata server hangs, or returns 429 or 5xx.
	MetadataUnavailable Cause = "metadata-unavailable"
	// NoServiceAccount: the workload has no service account.
	NoServiceAccount Cause = "no-service-account"
	// AccountUnusable: the platform gets no token of the service account, which is
	// disabled or deleted.
	AccountUnusable Cause = "account-unusable"
	// WorkloadIdentity: on GKE the Kubernetes account may not act as the service account.
	WorkloadIdentity Cause = "workload-identity"
	// FederatedIdentity: the identity has no e-mail address, which Workspace requires.
	FederatedIdentity Cause = "federated-identity"

	// ImpersonationDenied: IAM does not let the program act as the other account.
	ImpersonationDenied Cause = "impersonation-denied"
	// PlatformScope: the platform's own token lacks cloud-platform, which IAM requires.
	PlatformScope Cause = "platform-scope"
	// DelegationMissing: the Workspace domain does not delegate the scopes.
	DelegationMissing Cause = "delegation-missing"
	// UnknownSubject: the user to act as does not belong to the domain.
	UnknownSubject Cause = "unknown-subject"

	// ScopeMalformed: the metadata server, IAM or Google refuses a scope as unknown.
	ScopeMalformed Cause = "scope-malformed"
	// ScopeNotRequested: the program requests no scope that Sheets accepts.
	ScopeNotRequested Cause = "scope-not-requested"
	// ScopeNotSent: the program's request for the token names no scopes.
	ScopeNotSent Cause = "scope-not-sent"
	// ScopeIgnored: the platform gives other scopes than the request names.
	ScopeIgnored Cause = "scope-ignored"
	// ScopeNotConsented: the person's login does not cover the scopes.
	ScopeNotConsented Cause = "scope-not-consented"

	// TokenRefused: Google does not accept the token.
	TokenRefused Cause = "token-refused"
	// APIDisabled: an API is not enabled in the account's project.
	APIDisabled Cause = "api-disabled"
	// QuotaProject: a person's login names no project to bill.
	QuotaProject Cause = "quota-project"
	// QuotaExceeded: too many calls in this minute.
	QuotaExceeded Cause = "quota-exceeded"
	// Unreachable: the APIs' hosts do not respond.
	Unreachable Cause = "unreachable"
	// GoogleUnavailable: an API returns 5xx.
	GoogleUnavailable Cause = "google-unavailable"

	// UnknownSpreadsheet: there is no file with this ID.
	UnknownSpreadsheet Cause = "unknown-spreadsheet"
	// NotShared: the identity may not open the spreadsheet.
	NotShared Cause = "not-shared"
	// SharedReadOnly: the identity may read the spreadsheet and not edit it.
	SharedReadOnly Cause = "shared-read-only"
	// NotASpreadsheet: the file is an Excel file, a folder or another document.
	NotASpreadsheet Cause = "not-a-spreadsheet"

	// ClockSkew: this machine's clock differs from Google's.
	ClockSkew Cause = "clock-skew"
	// Unknown: something else; the detail quotes the error.
	Unknown Cause = "unknown"
)

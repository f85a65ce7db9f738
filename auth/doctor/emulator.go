package doctor

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// mismatches are the causes that are found if some of the settings are for an emulator, and
// others for Google.
var mismatches = []Cause{
	NoCredentials, CredentialsFile, LoginEnded, NoMetadataServer, MetadataHost, TokenRefused, Unreachable, UnknownSpreadsheet,
}

// considerEmulator returns the finding, or its cause in the settings if the calls do not go
// to Google: then what fixes it on Google does not help.
func (e *examination) considerEmulator(found *finding) *finding {
	switch {
	case e.config.Endpoint == "" && found.cause == TokenRefused && isLoopback(e.watch.metadataHost()):
		return &finding{
			MetadataHost, found.detail + ": it is of the metadata server at " + e.watch.metadataHost() + ", which GCE_METADATA_HOST names, an emulator",
			"On Google Cloud GCE_METADATA_HOST is always " + metadataAddress + "; elsewhere unset it.", e.unsetHosts("GCE_METADATA_HOST"),
		}
	case e.config.Endpoint == "":
		return found
	case !slices.Contains(mismatches, found.cause):
		found.fix += " The calls went to " + e.config.Endpoint + ", which SHEETS_EMULATOR_HOST names, and not to Google: if Google is meant, unset that first."
		return found
	}
	host := e.config.Endpoint
	if u, err := url.Parse(host); err == nil {
		host = u.Host
	}
	names := []string{"SHEETS_EMULATOR_HOST"}
	if isLoopback(e.watch.metadataHost()) {
		names = append(names, "GCE_METADATA_HOST")
	}
	return &finding{
		EmulatorHost, "SHEETS_EMULATOR_HOST is set, so the calls go to " + e.config.Endpoint + " and not to Google: " + found.detail,
		"If Google is meant, unset it. If an emulator is meant, start it at that address, set GCE_METADATA_HOST=" + host + " too, unset GOOGLE_APPLICATION_CREDENTIALS, and let SPREADSHEET_ID be one that the emulator has.",
		e.unsetHosts(names...),
	}
}

// unsetHosts is unsetEnv for variables that name an emulator. Without a service it unsets
// them in the shell, because an emulated metadata server does not describe this machine.
func (e *examination) unsetHosts(names ...string) []string {
	if e.config.Service == "" {
		return []string{"unset " + strings.Join(names, " ")}
	}
	return e.unsetEnv(names...)
}

// isLoopback reports whether a host, or host:port, is this machine, where no platform has
// its metadata server.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Package check compares the files that deploy the function with the platforms'
// own types and programs: Knative's, Cloud Run's and Cloud Build's. It has
// nothing but tests:
//
//	go -C deploy/check test ./...
//
// Package page beside it reads the commands of the pages; package cloud runs them
// against a stand-in for Google Cloud.
//
// It is a module of its own, so that what the platforms need does not become a
// requirement of the function. Nothing that runs imports it, and gonew leaves it
// out of a fork.
package check

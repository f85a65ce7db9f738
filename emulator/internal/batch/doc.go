// Package batch applies the requests of spreadsheets.batchUpdate to a
// spreadsheet, kind by kind.
//
//	replies, err := batch.Apply(draft, body.Requests, principal, now)
//
// Each kind of request is a method of one name with it, in the file of its topic;
// kinds.go lists them. A method checks the request, refuses it in Google's words,
// and changes the draft. A kind that is not listed is a [rest.Unsupported].
package batch

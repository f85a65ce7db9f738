// Package rest is the JSON front end that Google's APIs share: it decodes
// requests into generated types, selects fields by mask, and encodes responses
// and errors.
//
// A call decodes its body, changes data, and returns a generated type, which is
// encoded with the mask of the request:
//
//	var body sheets.ClearValuesRequest
//	if err := rest.Decode(r.Body, &body, ""); err != nil {
//		return nil, err
//	}
//
// # Zero values
//
// The generated types do not distinguish a field that was sent as zero from one
// that was not sent. As in requests of the client library, ForceSendFields holds the
// Go names of the fields that were: Decode fills it in, [WasSent] reads it, and
// Encode writes the fields that it names.
//
// # Errors
//
// An input that breaks a rule of an API is a [BadRequestError], what the emulator lacks is an
// [Unsupported]. [AsError] turns these, and any other error, into the body and
// the status that Google would send.
package rest

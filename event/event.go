// Package event reads events that ask for rows to be appended: CloudEvents in
// binary and structured mode, as Knative and Eventarc deliver them, and messages
// that Pub/Sub pushes, wrapped or not.
//
//	e, err := event.Parse(r.Header, body)
//	// append e.Rows to e.Sheet with the idempotency key e.Key
//
// It is its own parser because the Go SDK of CloudEvents (2.16.2) leaves headers
// percent-encoded, refuses data_base64 after a blank, panics at the header "Ce-"
// and quotes the body in its errors.
package event

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Event is a delivered message whose rows are to be appended once.
type Event struct {
	Sheet string // title of the sheet
	Key   string // idempotency key of at most [MaxKey] bytes, the same at each delivery
	Rows  []byte // JSON
}

// MaxKey is the length of the longest idempotency key, in bytes of printable
// ASCII.
const MaxKey = 255

// Error says what is wrong with an event, without quoting its data.
type Error struct{ Detail string }

// Error returns the detail.
func (e *Error) Error() string { return e.Detail }

func invalid(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Parse reads an event from a request's header and body. Its error is an [*Error].
func Parse(header http.Header, body []byte) (e Event, err error) {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	switch {
	case media == "application/cloudevents-batch+json":
		return Event{}, invalid("a batch of events cannot be acknowledged one by one: send each event by itself")
	case strings.HasPrefix(media, "application/cloudevents"):
		e, err = parseStructured(body)
	case header.Get("Ce-Specversion") != "":
		e, err = parseBinary(header, body)
	case header.Get("X-Goog-Pubsub-Message-Id") != "":
		e, err = parseUnwrapped(header, body)
	default:
		e, err = parsePush(body)
	}
	if err == nil && e.Sheet == "" {
		err = invalid(`the event names no sheet: set the CloudEvent's subject, or the Pub/Sub message's attribute "sheet", to the title of one`)
	}
	return e, err
}

// cloudEvent has the attributes that matter here, named as in the JSON format:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
type cloudEvent struct {
	SpecVersion string         `json:"specversion"`
	ID          string         `json:"id"`
	Source      string         `json:"source"`
	Type        string         `json:"type"`
	Subject     string         `json:"subject"`
	ContentType string         `json:"datacontenttype"`
	Rows        jsontext.Value `json:"data"`
	Base64      []byte         `json:"data_base64"`
}

// unmarshal decodes JSON whose members have exactly these names: to encoding/json, "ID"
// would be "id" too, and the last one would count. Duplicate names and invalid UTF-8 are
// allowed here, because the parser of the rows reports them.
func unmarshal(text []byte, v any) error {
	return json.Unmarshal(text, v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// parseStructured reads an event that is the body. The error of a JSON decoder may
// quote a row, so it is left out.
func parseStructured(body []byte) (Event, error) {
	var c cloudEvent
	if err := unmarshal(body, &c); err != nil {
		return Event{}, invalid("the body is not a CloudEvent in the JSON format: want an object whose attributes are strings")
	}
	if c.Base64 != nil {
		if c.Rows != nil {
			return Event{}, invalid("the CloudEvent has both data and data_base64: send one of them")
		}
		c.Rows = c.Base64
	}
	return c.event()
}

// parseBinary reads an event whose attributes are headers.
func parseBinary(header http.Header, body []byte) (Event, error) {
	return cloudEvent{
		SpecVersion: attribute(header, "Ce-Specversion"), ID: attribute(header, "Ce-Id"), Source: attribute(header, "Ce-Source"),
		Type: attribute(header, "Ce-Type"), Subject: attribute(header, "Ce-Subject"),
		ContentType: header.Get("Content-Type"), Rows: body,
	}.event()
}

// attribute returns an attribute from its header, which is percent-encoded:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
// A header that cannot be decoded is returned as it is: some senders, such as Knative, do
// not encode.
func attribute(header http.Header, name string) string {
	value := header.Get(name)
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

// pubsubEventType is the type of the events that Eventarc makes of Pub/Sub messages:
// their data is what Pub/Sub itself would push.
const pubsubEventType = "google.cloud.pubsub.topic.v1.messagePublished"

func (c cloudEvent) event() (Event, error) {
	if c.SpecVersion != "1.0" || c.ID == "" || c.Source == "" || c.Type == "" {
		return Event{}, invalid("the CloudEvent is not whole: want specversion 1.0, and id, source and type")
	}
	media, _, err := mime.ParseMediaType(c.ContentType)
	if c.ContentType != "" && (err != nil || media != "application/json" && !strings.HasSuffix(media, "+json")) {
		return Event{}, invalid("the CloudEvent's data are %.100q: send application/json", c.ContentType)
	}
	// By the specification, events with the same source and ID are duplicates,
	// whatever their data. Eventarc's are the topic and the message's ID, which a
	// redelivery keeps.
	e := Event{c.Subject, eventKey(c.Source, c.ID), c.Rows}
	if c.Type == pubsubEventType {
		var p pubsubPush
		if err := unmarshal(c.Rows, &p); err != nil {
			return Event{}, invalid(`the data of an event of type %s are not a Pub/Sub message: want {"message":{"data":base64}}`, pubsubEventType)
		}
		e.Sheet, e.Rows = cmp.Or(p.Message.Attributes["sheet"], e.Sheet), p.Message.Rows
	}
	return e, nil
}

// pubsubPush is the body of Pub/Sub's own requests,
// https://cloud.google.com/pubsub/docs/push#receive_push.
type pubsubPush struct {
	Message struct {
		Rows       []byte            `json:"data"` // base64
		Attributes map[string]string `json:"attributes"`
		ID         string            `json:"messageId"`
	} `json:"message"`
	Subscription string `json:"subscription"`
}

func parsePush(body []byte) (Event, error) {
	var p pubsubPush
	if err := unmarshal(body, &p); err != nil || p.Message.ID == "" || p.Subscription == "" {
		return Event{}, invalid(`neither a CloudEvent, with headers such as Ce-Id or as application/cloudevents+json, nor a message as Pub/Sub pushes it, ` +
			`{"message":{"data":base64,"messageId":…,"attributes":{"sheet":…}},"subscription":…}; a subscription that unwraps messages has to write metadata`)
	}
	return Event{p.Message.Attributes["sheet"], eventKey(p.Subscription, p.Message.ID), p.Message.Rows}, nil
}

// parseUnwrapped reads a message whose metadata and attributes are headers,
// https://cloud.google.com/pubsub/docs/payload-unwrapping
func parseUnwrapped(header http.Header, body []byte) (Event, error) {
	subscription := header.Get("X-Goog-Pubsub-Subscription-Name")
	if subscription == "" {
		return Event{}, invalid("X-Goog-Pubsub-Subscription-Name is missing beside X-Goog-Pubsub-Message-Id")
	}
	return Event{header.Get("Sheet"), eventKey(subscription, header.Get("X-Goog-Pubsub-Message-Id")), body}, nil
}

// eventKey joins source and ID into one idempotency key in printable ASCII. They
// are quoted, so that no two pairs give the same key. A long key ends in a digest
// where others end in a quote, so it equals none of them.
func eventKey(source, id string) string {
	key := fmt.Sprintf("event:%+q %+q", source, id)
	if len(key) <= MaxKey {
		return key
	}
	return fmt.Sprintf("%s%x", key[:MaxKey-2*sha256.Size], sha256.Sum256([]byte(key)))
}

package function

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// event is a delivered message as what it asks for: to append rows once.
type event struct {
	title string // of the sheet
	key   string // idempotency key, the same at each delivery
	rows  []byte // JSON
}

// parseEvent reads a CloudEvent in binary or structured mode, or a message that
// Pub/Sub pushes, wrapped or not. It is our own code, because the Go SDK of
// CloudEvents (2.16.2) leaves headers percent-encoded, refuses data_base64
// behind a blank, panics at the header "Ce-" and quotes the body in its errors.
func parseEvent(header http.Header, body []byte) (e event, err error) {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	switch {
	case media == "application/cloudevents-batch+json":
		return event{}, badRequest("a batch of events cannot be acknowledged one by one: send each event by itself")
	case strings.HasPrefix(media, "application/cloudevents"):
		e, err = parseStructured(body)
	case header.Get("Ce-Specversion") != "":
		e, err = parseBinary(header, body)
	case header.Get("X-Goog-Pubsub-Message-Id") != "":
		e, err = parseUnwrapped(header, body)
	default:
		e, err = parsePush(body)
	}
	if err == nil && e.title == "" {
		err = badRequest(`the event names no sheet: set the CloudEvent's subject, or the Pub/Sub message's attribute "sheet", to the title of one`)
	}
	return e, err
}

// cloudEvent has the attributes that matter here, named as in the JSON format:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	ContentType string          `json:"datacontenttype"`
	Rows        json.RawMessage `json:"data"`
	Base64      []byte          `json:"data_base64"`
}

// parseStructured reads an event that is the body. What a JSON decoder says of
// it may quote a row, so that is left out.
func parseStructured(body []byte) (event, error) {
	var c cloudEvent
	if err := json.Unmarshal(body, &c); err != nil {
		return event{}, badRequest("the body is no CloudEvent in the JSON format: want an object whose attributes are strings")
	}
	if c.Base64 != nil {
		if c.Rows != nil {
			return event{}, badRequest("the CloudEvent has both data and data_base64: send one of them")
		}
		c.Rows = c.Base64
	}
	return c.event()
}

// parseBinary reads an event whose attributes are headers.
func parseBinary(header http.Header, body []byte) (event, error) {
	return cloudEvent{
		SpecVersion: attribute(header, "Ce-Specversion"), ID: attribute(header, "Ce-Id"), Source: attribute(header, "Ce-Source"),
		Type: attribute(header, "Ce-Type"), Subject: attribute(header, "Ce-Subject"),
		ContentType: header.Get("Content-Type"), Rows: body,
	}.event()
}

// attribute decodes a header, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values.
// Senders that do not encode, such as Knative, send what may not decode.
func attribute(header http.Header, name string) string {
	value := header.Get(name)
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

// fromPubSub is the type of the events that Eventarc makes of Pub/Sub messages:
// their data is what Pub/Sub itself would push.
const fromPubSub = "google.cloud.pubsub.topic.v1.messagePublished"

func (c cloudEvent) event() (event, error) {
	if c.SpecVersion != "1.0" || c.ID == "" || c.Source == "" || c.Type == "" {
		return event{}, badRequest("the CloudEvent is not whole: want specversion 1.0, and id, source and type")
	}
	media, _, err := mime.ParseMediaType(c.ContentType)
	if c.ContentType != "" && (err != nil || media != "application/json" && !strings.HasSuffix(media, "+json")) {
		return event{}, badRequest("the CloudEvent's data are %.100q: send application/json", c.ContentType)
	}
	// By the specification source and ID make an event one, whatever it carries.
	// Eventarc's are the topic and the message's ID, which a redelivery keeps.
	e := event{c.Subject, eventKey(c.Source, c.ID), c.Rows}
	if c.Type == fromPubSub {
		var p push
		if err := json.Unmarshal(c.Rows, &p); err != nil {
			return event{}, badRequest(`the data of an event of type %s are no Pub/Sub message: want {"message":{"data":base64}}`, fromPubSub)
		}
		e.title, e.rows = cmp.Or(p.Message.Attributes["sheet"], e.title), p.Message.Rows
	}
	return e, nil
}

// push is the body of Pub/Sub's own requests, https://cloud.google.com/pubsub/docs/push#receive_push
type push struct {
	Message struct {
		Rows       []byte            `json:"data"` // base64
		Attributes map[string]string `json:"attributes"`
		ID         string            `json:"messageId"`
	} `json:"message"`
	Subscription string `json:"subscription"`
}

func parsePush(body []byte) (event, error) {
	var p push
	if err := json.Unmarshal(body, &p); err != nil || p.Message.ID == "" || p.Subscription == "" {
		return event{}, badRequest(`neither a CloudEvent, with headers such as Ce-Id or as application/cloudevents+json, nor a message as Pub/Sub pushes it, ` +
			`{"message":{"data":base64,"messageId":…,"attributes":{"sheet":…}},"subscription":…}; a subscription that unwraps messages has to write metadata`)
	}
	return event{p.Message.Attributes["sheet"], eventKey(p.Subscription, p.Message.ID), p.Message.Rows}, nil
}

// parseUnwrapped reads a message whose metadata and attributes are headers,
// https://cloud.google.com/pubsub/docs/payload-unwrapping
func parseUnwrapped(header http.Header, body []byte) (event, error) {
	subscription := header.Get("X-Goog-Pubsub-Subscription-Name")
	if subscription == "" {
		return event{}, badRequest("X-Goog-Pubsub-Subscription-Name is missing beside X-Goog-Pubsub-Message-Id")
	}
	return event{header.Get("Sheet"), eventKey(subscription, header.Get("X-Goog-Pubsub-Message-Id")), body}, nil
}

// eventKey makes one idempotency key of both, in printable ASCII. Quoted they
// cannot run into each other. A long one ends in a digest instead of a quote, so
// that it is no other one's. A caller who sends such a key with rows of its own
// keeps nobody out that it could not keep out by an event.
func eventKey(source, id string) string {
	key := fmt.Sprintf("event:%+q %+q", source, id)
	if len(key) <= maxKey {
		return key
	}
	return fmt.Sprintf("%s%x", key[:maxKey-2*sha256.Size], sha256.Sum256([]byte(key)))
}

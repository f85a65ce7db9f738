package function

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"example.com/sheets-function/service/table"
)

// receiveEvent stores the rows of an event, once however often it is delivered.
// The answer has no body: Knative takes the body of a 2xx for an event of ours,
// and the delivery for failed if it is none.
func (h *Handler) receiveEvent(w http.ResponseWriter, r *http.Request) error {
	appended, err := h.storeEvent(w, r)
	if err != nil {
		return deliveryError{err}
	}
	if appended.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *Handler) storeEvent(w http.ResponseWriter, r *http.Request) (table.Appended, error) {
	release, err := h.reserve(r.ContentLength)
	if err != nil {
		return table.Appended{}, err
	}
	defer release()
	body, err := readEvent(w, r)
	if err != nil {
		return table.Appended{}, err
	}
	e, err := parseEvent(r.Header, body)
	if err != nil {
		return table.Appended{}, err
	}
	records, err := table.ParseRecords(e.rows)
	if err != nil {
		return table.Appended{}, err
	}
	return h.rows.AppendRows(r.Context(), e.title, table.Write{Key: e.key}, records)
}

// readEvent reads the body, of whatever media type. One that breaks off is not
// the event's fault: whole, it may be a good one.
func readEvent(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := readBody(w, r)
	if cut, ok := errors.AsType[*requestError](err); ok {
		cut.status = http.StatusRequestTimeout
	}
	return body, err
}

// deliveryError is why an event was not stored. It is the error beneath, with the
// status that forBroker gives it.
type deliveryError struct{ error }

func (e deliveryError) Unwrap() error { return e.error }

// brokerStatuses are the answers to events that are not those to other requests.
// Knative delivers again after 404, 408, 409, 429 and 5xx, and gives the event up,
// to its dead-letter sink if it has one, after any other 4xx:
// https://github.com/knative/specs/blob/main/specs/eventing/data-plane.md#event-acknowledgement-and-delivery-retry
// To Pub/Sub and Eventarc all that is not 2xx is the same: the subscription's
// dead-letter policy counts it.
var brokerStatuses = map[table.Code]int{
	table.SheetNotFound: http.StatusUnprocessableEntity, // no delivery brings the sheet
	table.Conflict:      http.StatusUnprocessableEntity, // stored, for a person to look at; delivered again, the key makes it a 204
	table.SheetFull:     http.StatusServiceUnavailable,  // not the event's fault: stored once there is room
	codeInternal:        http.StatusInternalServerError,
}

// redeliverAfter is for brokers where nobody knows better.
const redeliverAfter = 10 * time.Second

// forBroker makes the problem one that a broker draws the right conclusion from:
// 4xx where the event itself is at fault, 503 where time or an operator helps.
func forBroker(p problem) problem {
	if status, ok := brokerStatuses[p.Code]; ok {
		p.Status = status
	} else if p.Status >= http.StatusInternalServerError {
		p.Status = http.StatusServiceUnavailable
	}
	if p.Status == http.StatusServiceUnavailable {
		p.retryAfter = cmp.Or(p.retryAfter, redeliverAfter)
	}
	return p
}

package page

import (
	"cmp"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/sheets-function/emulator"
)

// page holds the state of the page that is not the emulator's.
type page struct {
	Config
	failures      []failure
	healthyScopes string
	initial       emulator.State // what the flags of the command have set
	load          load

	stopOnce sync.Once
	stopped  chan struct{} // closed when the server shuts down: streams end then
	streams  chan struct{} // holds one element for each open stream of events

	mu        sync.Mutex // guards all below
	tries     map[string]*try
	quotaUsed time.Time // when a click used up the quota
}

func (p *page) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+Prefix+"api/events", p.streamEvents)
	mux.HandleFunc("GET "+Prefix+"api/cells", p.listCells)
	mux.HandleFunc("GET "+Prefix+"api/markers", p.listMarkers)
	mux.HandleFunc("GET "+Prefix+"api/bodies", p.showBodies)
	mux.HandleFunc("POST "+Prefix+"api/edit", p.editSheet)
	mux.HandleFunc("POST "+Prefix+"api/break", p.breakSomething)
	mux.HandleFunc("POST "+Prefix+"api/fix", p.fixAll)
	mux.HandleFunc("POST "+Prefix+"api/try", p.tryAgain)
	mux.HandleFunc("POST "+Prefix+"api/platform", p.switchPlatform)
	mux.HandleFunc("POST "+Prefix+"api/load", p.setLoad)
}

const (
	// maxCells is how many cells a request may have.
	maxCells = 100_000
	// maxIndex is how many cells a spreadsheet may have, and thus rows and columns.
	maxIndex = 10_000_000
)

// listCells answers with the cells of a part of a sheet.
func (p *page) listCells(w http.ResponseWriter, r *http.Request) {
	var row, column, rows, columns int
	for name, n := range map[string]*int{"row": &row, "column": &column, "rows": &rows, "columns": &columns} {
		var err error
		if *n, err = strconv.Atoi(cmp.Or(r.FormValue(name), "0")); err != nil || *n < 0 || *n > maxIndex {
			refuse(w, http.StatusBadRequest, "%s is a whole number from 0 to %d", name, maxIndex)
			return
		}
	}
	if rows*columns > maxCells {
		refuse(w, http.StatusBadRequest, "a request may have %d cells", maxCells)
		return
	}
	cells, err := p.Google.View(r.Context(), p.Spreadsheet, r.FormValue("sheet"), row, column, rows, columns)
	if err != nil {
		refuse(w, http.StatusNotFound, "%v", err)
		return
	}
	writeJSON(w, cells)
}

// listMarkers answers with the developer metadata of the spreadsheet.
func (p *page) listMarkers(w http.ResponseWriter, _ *http.Request) {
	overview, err := p.Google.Overview(p.Spreadsheet)
	if err != nil {
		refuse(w, http.StatusNotFound, "%v", err)
		return
	}
	markers := []marker{}
	for _, m := range overview.Metadata {
		markers = append(markers, marker(m))
	}
	writeJSON(w, markers)
}

type marker struct {
	ID    int64  `json:"id"`
	Key   string `json:"key"`
	Value string `json:"value"`
}

// showBodies answers with the bodies of a request to the function, or of a call to Google.
func (p *page) showBodies(w http.ResponseWriter, r *http.Request) {
	var request, response []byte
	if n, err := strconv.ParseInt(r.FormValue("call"), 10, 64); err == nil {
		request, response = p.Google.Bodies(n)
	} else if n, err := strconv.ParseInt(r.FormValue("request"), 10, 64); err == nil {
		request, response = p.Requests.Bodies(n)
	} else {
		refuse(w, http.StatusBadRequest, "want call=N or request=N, the number of a call or of a request")
		return
	}
	writeJSON(w, struct {
		Request  string `json:"request"`
		Response string `json:"response"`
	}{string(request), string(response)})
}

// switchPlatform starts the function on another platform.
func (p *page) switchPlatform(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Platform emulator.Profile `json:"platform"`
	}
	if !readJSON(w, r, &change) {
		return
	}
	p.Google.SetProfile(change.Platform)
	err := p.Function.Redeploy(p.Function.Scopes())
	if err == nil {
		p.start("platform", readSample)
	}
	done(w, err)
}

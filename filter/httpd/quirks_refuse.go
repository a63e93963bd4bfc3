package httpd

import (
	"net/http"
	"strconv"
)

// quirkRefuse makes POE's answer to a bad request; what buf holds is dropped.
func (f *Filter) quirkRefuse(buf []byte, r *request, bad *fault, detail string) (any, int, error) {
	f.drop()
	return bad.quirkPage(&r.Request, detail), len(buf), nil
}

// quirkPage is POE's answer to a bad request, byte for byte. As in POE detail
// is not escaped, whatever the client has sent.
func (bad *fault) quirkPage(r *http.Request, detail string) *http.Response {
	status := strconv.Itoa(bad.status) + " " + perlStatus(bad.status)
	title := "Error " + strconv.Itoa(bad.status) + ": " + perlStatus(bad.status)
	page := "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1><p>" + detail + "</p></body></html>"
	resp := bad.withPage(r, status, []byte(page))
	resp.Close = false
	return resp
}

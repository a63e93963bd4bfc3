package poetest

import (
	"net/http"
	"net/http/httptest"
)

// RoundTripper makes a transport that answers requests by a handler, without a
// connection. It is for clienthttp.Config.Transport and http.Client.Transport.
// The handler runs on the goroutine that calls RoundTrip, and gets the request
// as in a server. A response is returned once it is complete.
func RoundTripper(h http.Handler) http.RoundTripper { return roundTripper{h} }

type roundTripper struct{ http.Handler }

// RoundTrip asks the handler.
func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	in := req.Clone(req.Context())
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "192.0.2.1:1234"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	w := httptest.NewRecorder()
	r.ServeHTTP(w, in)
	res := w.Result()
	res.Request = req
	return res, nil
}

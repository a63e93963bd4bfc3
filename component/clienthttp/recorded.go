package clienthttp

import (
	"net/http"
	"net/url"
	"reflect"

	"github.com/gopoe/poe/internal/recordfile"
)

func init() { recordfile.Register(reflect.TypeFor[arrival]()) }

// recordedArrival is what a recording has of an arrival. In a replay no request
// is sent, and it takes the place of what the server answered. The state of TLS is
// not in it.
type recordedArrival struct {
	Serial                    uint64
	Response                  *recordedResponse
	Body                      []byte
	Got, Total                int64
	Truncated, Progress, Last bool
	Err                       error
}

// recordedResponse is what it has of a response.
type recordedResponse struct {
	Status              string
	StatusCode          int
	Proto               string
	Major, Minor        int
	Header, Trailer     map[string][]string
	ContentLength       int64
	TransferEncoding    []string
	Close, Uncompressed bool
	URL                 string // of the request that was answered, after redirects
}

// MarshalBinary is called when the run is recorded.
func (a arrival) MarshalBinary() ([]byte, error) {
	r := recordedArrival{
		Serial: a.transaction.serial, Body: a.body, Got: a.got, Total: a.total,
		Truncated: a.truncated, Progress: a.progress, Last: a.last, Err: a.err,
	}
	if h := a.response; h != nil {
		r.Response = &recordedResponse{
			Status: h.Status, StatusCode: h.StatusCode, Proto: h.Proto, Major: h.ProtoMajor, Minor: h.ProtoMinor,
			Header: h.Header, Trailer: h.Trailer, ContentLength: h.ContentLength, TransferEncoding: h.TransferEncoding,
			Close: h.Close, Uncompressed: h.Uncompressed,
		}
		if h.Request != nil && h.Request.URL != nil {
			r.Response.URL = h.Request.URL.String()
		}
	}
	return recordfile.AppendTyped(nil, reflect.ValueOf(r), nil)
}

// UnmarshalBinary is called in a replay. The transaction is known by its number
// alone then.
func (a *arrival) UnmarshalBinary(data []byte) error {
	var r recordedArrival
	if err := recordfile.DecodeTyped(data, reflect.ValueOf(&r).Elem(), nil); err != nil {
		return err
	}
	*a = arrival{
		serial: r.Serial, body: r.Body, got: r.Got, total: r.Total,
		truncated: r.Truncated, progress: r.Progress, last: r.Last, err: r.Err,
	}
	if h := r.Response; h != nil {
		a.response = &http.Response{
			Status: h.Status, StatusCode: h.StatusCode, Proto: h.Proto, ProtoMajor: h.Major, ProtoMinor: h.Minor,
			Header: h.Header, Trailer: h.Trailer, ContentLength: h.ContentLength, TransferEncoding: h.TransferEncoding,
			Close: h.Close, Uncompressed: h.Uncompressed,
		}
		a.url = h.URL
	}
	return nil
}

// find returns the transaction of an arrival, nil if a damaged recording has
// another number.
func (c *Client) find(a *arrival) *transaction {
	if a.transaction != nil {
		return a.transaction
	}
	t := c.replayed[a.serial]
	if t == nil {
		return nil
	}
	if a.last {
		delete(c.replayed, a.serial)
	}
	if a.response != nil {
		a.response.Request = t.request.HTTP
		if u, err := url.Parse(a.url); err == nil && a.url != "" && a.url != t.request.HTTP.URL.String() {
			a.response.Request = t.request.HTTP.Clone(t.ctx)
			a.response.Request.URL = u
		}
	}
	return t
}

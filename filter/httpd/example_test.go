package httpd_test

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// A server's side of a conversation: two requests in one chunk, of which the
// second is none.
func Example() {
	f, err := httpd.New(httpd.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	records, err := b.Get([]byte("POST /greet HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nBobnonsense\r\n\r\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, record := range records {
		var response *http.Response
		switch r := record.(type) {
		case *http.Request:
			response = httpd.NewResponse(r, http.StatusOK, fmt.Appendf(nil, "Hello %s!", httpd.Content(r)))
		case *http.Response: // a bad request: the answer is ready
			fmt.Println("refused:", httpd.Cause(r))
			response = r
		}
		out, err := b.Put(response)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.20q close: %t\n", out[0], response.Close)
	}
	// Output:
	// "HTTP/1.1 200 OK\r\nCon" close: false
	// refused: filter: HTTPD: decode: malformed request line
	// "HTTP/1.1 400 Bad Req" close: true
}

// In streaming mode a body of any size passes through in pieces.
func ExampleConfig_streaming() {
	f, err := httpd.New(httpd.Config{Streaming: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	for _, chunk := range []string{
		"PUT /file HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfir",
		"st\r\n6\r\nsecond\r\n0\r\n\r\n",
	} {
		records, err := b.Get([]byte(chunk))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, record := range records {
			switch r := record.(type) {
			case *http.Request:
				fmt.Println(r.Method, r.URL.Path)
			case []byte:
				fmt.Printf("%q\n", r)
			case httpd.End:
				fmt.Println("end")
			}
		}
	}
	// Output:
	// PUT /file
	// "fir"
	// "st"
	// "second"
	// end
}

// A response can be sent in pieces, as they are made.
func ExampleChunk() {
	f, err := httpd.New(httpd.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := filter.NewBuffer(f).Put(
		&http.Response{Proto: "HTTP/1.1", StatusCode: http.StatusOK, TransferEncoding: []string{"chunked"}},
		httpd.Chunk("tick"), httpd.Chunk("tock"), httpd.End{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, message := range out {
		fmt.Printf("%q\n", message)
	}
	// Output:
	// "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	// "4\r\ntick\r\n"
	// "4\r\ntock\r\n"
	// "0\r\n\r\n"
}

// Cause returns what was wrong with a request.
func ExampleCause() {
	f, err := httpd.New(httpd.Config{MaxContent: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, _, err := f.Decode([]byte("PUT / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 9223372036854775808\r\n\r\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	response := record.(*http.Response)
	fmt.Println(response.Status)
	var limit *filter.LimitError
	if errors.As(httpd.Cause(response), &limit) {
		fmt.Println(limit.Limit, limit.Max)
	}
	// Output:
	// 413 Request Entity Too Large
	// MaxContent 1000
}

package httpd_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
)

// The synopsis of POE::Filter::HTTPD: a server that answers with the header of
// the request. Here it ends after one.
func ExampleNewResponse() {
	k := kernel.New()
	server, err := servertcp.New(k, servertcp.Config{
		Alias:        "web",
		Address:      "127.0.0.1",
		ClientFilter: filter.Factory(httpd.New, httpd.Config{}),
		ClientInput: servertcp.Input(func(c *servertcp.Client, record any) {
			defer c.Shutdown()
			request, ok := record.(*http.Request)
			if !ok { // the answer to a bad request
				c.Put(record)
				return
			}
			var page []byte
			for _, name := range slices.Sorted(maps.Keys(request.Header)) {
				page = fmt.Appendf(page, "<tr><td>%s</td><td>%s</td></tr>\n", name, request.Header.Get(name))
			}
			response := httpd.NewResponse(request, http.StatusOK, page)
			response.Header.Set("Content-Type", "text/html")
			c.Put(response)
		}),
		ClientDisconnected: func(c *servertcp.Client) { c.Kernel.Post(kernel.Alias("web"), "shutdown") },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan bool)
	go func(addr string) {
		defer close(done)
		request, err := http.NewRequest(http.MethodGet, "http://"+addr+"/", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Close = true
		request.Header.Set("User-Agent", "example")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer response.Body.Close()
		page, err := io.ReadAll(response.Body)
		fmt.Print(response.Status, " ", err, "\n", string(page))
	}(server.Addr().String())
	k.Run()
	<-done
	// Output:
	// 200 OK <nil>
	// <tr><td>Accept-Encoding</td><td>gzip</td></tr>
	// <tr><td>Connection</td><td>close</td></tr>
	// <tr><td>User-Agent</td><td>example</td></tr>
}

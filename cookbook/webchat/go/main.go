// A chat in the browser: who asks for what was said after a line that is not
// there yet gets the answer when it is, or after a while that there is none.
//
//	go run . PORT [MILLISECONDS]
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// chat is what the connections share.
type chat struct {
	patience time.Duration
	said     []string
	waiting  []poe.ID
}

// listener is the heap of a connection.
type listener struct {
	*servertcp.Client
	*chat
	request *http.Request
	since   int
}

func main() {
	port, ch := 4013, &chat{patience: 30 * time.Second}
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	if len(os.Args) > 2 {
		milliseconds, _ := strconv.Atoi(os.Args[2])
		ch.patience = time.Duration(milliseconds) * time.Millisecond
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               port,
		ClientFilter:       newFilter,
		ClientConnected:    func(c *servertcp.Client) { c.Heap = &listener{Client: c, chat: ch} },
		ClientInput:        servertcp.Input(func(c *servertcp.Client, record any) { c.Heap.(*listener).input(record) }),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Heap.(*listener).waitNoMore() },
		InlineStates: poe.Funcs{
			"news": func(e poe.Event) { poe.Heap[servertcp.Client](e).Heap.(*listener).news() },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func newFilter() filter.Filter {
	f, err := httpd.New(httpd.Config{})
	if err != nil {
		panic(err)
	}
	return f
}

var (
	saying  = regexp.MustCompile(`^POST /say/(\w{1,16})$`)
	hearing = regexp.MustCompile(`^GET /hear/(\d{1,9})$`)
)

func (l *listener) input(record any) {
	if refusal, ok := record.(*http.Response); ok { // to a request that is none
		l.Put(refusal)
		l.Shutdown()
		return
	}
	l.request = record.(*http.Request)
	what := l.request.Method + " " + l.request.URL.Path
	if m := saying.FindStringSubmatch(what); m != nil {
		l.say(m[1], string(httpd.Content(l.request)))
		l.answer(http.StatusOK, "text/plain", "Said.\n")
		return
	}
	if m := hearing.FindStringSubmatch(what); m != nil {
		l.since, _ = strconv.Atoi(m[1])
		if len(l.said) > l.since {
			l.hear()
			return
		}
		l.waiting = append(l.waiting, l.Session)
		l.Delay("news", l.patience)
		return
	}
	if what == "GET /" {
		l.answer(http.StatusOK, "text/html", page)
		return
	}
	l.answer(http.StatusNotFound, "text/plain", "Nothing is here.\n")
}

var lineEnds = regexp.MustCompile(`[\r\n]+`)

func (l *listener) say(name, text string) {
	line := name + ": " + lineEnds.ReplaceAllString(text, " ")
	l.said = append(l.said, line)
	fmt.Println(line)
	for _, id := range slices.Clone(l.waiting) {
		l.Call(id, "news")
	}
}

// news comes when there is some, or the time is over.
func (l *listener) news() {
	l.waitNoMore()
	l.hear()
}

func (l *listener) waitNoMore() {
	l.waiting = slices.DeleteFunc(l.waiting, func(id poe.ID) bool { return id == l.Session })
	l.DelayClear("news")
}

// hear answers with lines, of which the first is the number to ask with the next
// time.
func (l *listener) hear() {
	lines := []string{strconv.Itoa(len(l.said))}
	if l.since < len(l.said) {
		lines = append(lines, l.said[l.since:]...)
	}
	l.answer(http.StatusOK, "text/plain", strings.Join(lines, "\n")+"\n")
}

func (l *listener) answer(status int, contentType, body string) {
	response := httpd.NewResponse(l.request, status, []byte(body))
	response.Header.Set("Content-Type", contentType)
	l.Put(response)
	if l.request.Close {
		l.Shutdown()
	}
}

const page = `<!DOCTYPE html>
<title>Chat</title>
<pre></pre>
<form><input name="text" autofocus></form>
<script>
const name = prompt('Your name?'), form = document.forms[0];
form.onsubmit = () => {
  fetch('/say/' + name, {method: 'POST', body: form.text.value});
  form.reset();
  return false;
};
async function hear(since) {
  const text = await (await fetch('/hear/' + since)).text();
  const [next, ...lines] = text.split('\n');
  document.querySelector('pre').append(lines.join('\n'));
  hear(next);
}
hear(0);
</script>
`

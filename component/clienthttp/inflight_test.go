package clienthttp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/leakcheck"
)

// holdingServer is the variable that makes the test binary a server.
const holdingServer = "POE_CLIENTHTTP_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(holdingServer) != "" {
		holdRequests()
		return
	}
	leakcheck.Main(m)
}

// holdRequests is a server that answers no request for /page until one for /answer
// has come; /count is how many it holds. It ends with its standard input.
func holdRequests() {
	var mu sync.Mutex
	held, answer := 0, make(chan struct{})
	http.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		held++
		wait := answer
		mu.Unlock()
		<-wait
		_, _ = io.WriteString(w, "tea")
	})
	http.HandleFunc("/count", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprint(w, held)
	})
	http.HandleFunc("/answer", func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		close(answer)
		held, answer = 0, make(chan struct{})
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Addr())
	go func() { _ = http.Serve(l, nil) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// BenchmarkInFlight has 10,000 requests under way at once, which a server in another
// process answers when it has all of them: by the component and by net/http's client
// alone, in turn, over the same kept connections. ratio is how many the component does
// in the time in which the other does one; B/request and plain-B/request are the
// memory that a request under way needs beyond its connection.
func BenchmarkInFlight(b *testing.B) {
	const requests = 10_000
	url := startHolding(b)
	transport := &http.Transport{MaxIdleConnsPerHost: requests}
	defer transport.CloseIdleConnections()
	rounds := [...]*round{{fetch: fetchPlain}, {fetch: fetchComponent}}
	for _, r := range rounds { // makes the connections
		r.run(b, transport, url, requests)
		*r = round{fetch: r.fetch}
	}
	for b.Loop() {
		for _, r := range rounds {
			r.run(b, transport, url, requests)
		}
	}
	plain, component := rounds[0], rounds[1]
	b.ReportMetric(plain.time.Seconds()/component.time.Seconds(), "ratio")
	b.ReportMetric(float64(requests*b.N)/component.time.Seconds(), "requests/s")
	b.ReportMetric(float64(component.memory)/float64(requests*b.N), "B/request")
	b.ReportMetric(float64(plain.memory)/float64(requests*b.N), "plain-B/request")
}

// round is one client's part, summed up.
type round struct {
	fetch  func(b *testing.B, transport *http.Transport, url string, pages, atOnce int)
	time   time.Duration // without that of measuring
	memory int64
}

func (r *round) run(b *testing.B, transport *http.Transport, url string, requests int) {
	before := memory()
	began := time.Now()
	var measuring time.Duration
	var all sync.WaitGroup
	all.Go(func() {
		for held := 0; held < requests && !b.Failed(); time.Sleep(time.Millisecond) {
			held, _ = strconv.Atoi(control(b, url+"/count"))
		}
		measured := time.Now()
		r.memory += memory() - before
		measuring = time.Since(measured)
		control(b, url+"/answer")
	})
	r.fetch(b, transport, url+"/page", requests, requests)
	all.Wait()
	r.time += time.Since(began) - measuring
}

// memory returns how much of heap and stacks is in use.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// control asks the server something by a client of its own.
func control(b *testing.B, url string) string {
	r, err := http.Get(url)
	if err != nil {
		b.Error(err)
		return ""
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		b.Error(err)
	}
	return string(text)
}

// startHolding starts the server and returns its URL.
func startHolding(b *testing.B) string {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdingServer+"=1")
	stdin, err := cmd.StdinPipe()
	require.NoError(b, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	b.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(b, err)
	return "http://" + strings.TrimSpace(line)
}

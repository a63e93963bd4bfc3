package mcp_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/inspect/mcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

type counter struct{ Count int }

// start runs a program with an endpoint.
func start(t *testing.T, c inspect.Config, m mcp.Config) (*inspect.Inspector, *httptest.Server) {
	t.Helper()
	k := kernel.New(kernel.Options{Name: "assisted", Logger: slog.New(slog.DiscardHandler)})
	_, err := session.Create(k, &counter{}, session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { _ = e.Kernel.AliasSet("counter"); e.Kernel.Yield("step") },
		"step": func(c *counter, e kernel.Event) {
			c.Count++
			_, _ = e.Kernel.Call(e.Session, "part")
			_ = e.Kernel.Delay("step", time.Millisecond)
		},
		"part": func(*counter, kernel.Event) {},
		"add":  func(c *counter, e kernel.Event) { c.Count += 1000; e.Return("added") },
	})
	require.NoError(t, err)
	i := inspect.New(k, c)
	server := httptest.NewServer(mcp.Handler(i, m))
	began, ended := make(chan struct{}), make(chan error, 1)
	k.Outside().DoAsync(func(*kernel.Kernel) { close(began) })
	go func() { ended <- k.Run() }()
	<-began
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		require.NoError(t, i.Close())
		k.Outside().Stop()
		require.NoError(t, <-ended)
	})
	return i, server
}

// withToken adds the token to requests.
type withToken struct{ token string }

func (x withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if x.token != "" {
		r.Header.Set("Authorization", "Bearer "+x.token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// connect is the SDK's client.
func connect(ctx context.Context, url, token string) (*sdk.ClientSession, error) {
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	return client.Connect(ctx, &sdk.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: withToken{token}}, MaxRetries: -1}, nil)
}

func call(t *testing.T, s *sdk.ClientSession, tool string, args map[string]any, v any) (failed string) {
	t.Helper()
	r, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
	require.NoError(t, err, tool)
	text := r.Content[0].(*sdk.TextContent).Text
	if r.IsError {
		return text
	}
	if v != nil {
		require.NoError(t, json.Unmarshal([]byte(text), v), text)
	}
	return ""
}

func TestTools(t *testing.T) {
	i, server := start(t, inspect.Config{}, mcp.Config{})
	s, err := connect(t.Context(), server.URL, i.Token())
	require.NoError(t, err)
	defer s.Close()
	list, err := s.ListTools(t.Context(), nil)
	require.NoError(t, err)
	for _, tool := range list.Tools {
		require.True(t, tool.Annotations.ReadOnlyHint, tool.Name)
		require.NotEqual(t, "act", tool.Name)
	}
	require.Len(t, list.Tools, 22)

	var o struct {
		Kernel string
		Counts struct{ Sessions int }
	}
	require.Empty(t, call(t, s, "overview", nil, &o))
	require.Equal(t, "assisted", o.Kernel)
	require.Equal(t, 1, o.Counts.Sessions)
	var top struct{ Sessions []inspect.SessionRow }
	require.Empty(t, call(t, s, "top_sessions", map[string]any{"find": "counter"}, &top))
	require.Len(t, top.Sessions, 1)
	var one struct {
		Session struct{ Heap map[string]any }
	}
	require.Empty(t, call(t, s, "session", map[string]any{"n": top.Sessions[0].Number}, &one))
	require.Contains(t, one.Session.Heap, "Count")

	// From an event to its tree.
	var recent []struct{ ID, Event string }
	require.Empty(t, call(t, s, "recent_events", map[string]any{"event": "part", "limit": 3}, &recent))
	require.NotEmpty(t, recent)
	var tree struct{ Roots []map[string]any }
	require.Empty(t, call(t, s, "causal_tree", map[string]any{"id": recent[0].ID}, &tree))
	require.NotEmpty(t, tree.Roots)

	for _, tool := range []string{"events", "latency", "child_sessions", "session_types", "queue", "timers", "handles", "servers", "nodes", "problems", "pause_state"} {
		var v any
		require.Empty(t, call(t, s, tool, nil, &v), tool)
	}
	require.Contains(t, call(t, s, "session", map[string]any{"n": 999}, nil), "there is none")
	require.Contains(t, call(t, s, "top_sessions", map[string]any{"by": "beauty"}, nil), "no order")
}

// Actions need both to allow them.
func TestActions(t *testing.T) {
	post := map[string]any{"Do": "call", "To": "counter", "Event": "add"}
	i, server := start(t, inspect.Config{Actions: true}, mcp.Config{Actions: true})
	s, err := connect(t.Context(), server.URL, i.Token())
	require.NoError(t, err)
	defer s.Close()
	var r struct{ Result string }
	require.Empty(t, call(t, s, "act", post, &r))
	require.Equal(t, "added", r.Result)

	i, server = start(t, inspect.Config{}, mcp.Config{Actions: true})
	s, err = connect(t.Context(), server.URL, i.Token())
	require.NoError(t, err)
	defer s.Close()
	require.Contains(t, call(t, s, "act", post, nil), "only shows")

	i, server = start(t, inspect.Config{Actions: true}, mcp.Config{})
	s, err = connect(t.Context(), server.URL, i.Token())
	require.NoError(t, err)
	defer s.Close()
	res, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: "act", Arguments: post})
	require.True(t, err != nil || res.IsError, "there is no such tool")
}

// Requests are refused as those to the inspector are.
func TestRefused(t *testing.T) {
	i, server := start(t, inspect.Config{}, mcp.Config{})
	for _, token := range []string{"", "wrong"} {
		_, err := connect(t.Context(), server.URL, token)
		require.Error(t, err)
	}
	for name, change := range map[string]func(*http.Request){
		"no token":     func(r *http.Request) { r.Header.Del("Authorization") },
		"another site": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"rebinding":    func(r *http.Request) { r.Host = "evil.example" },
		"cross-site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	} {
		r, err := http.NewRequest("POST", server.URL, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+i.Token())
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		change(r)
		a, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, a.Body.Close())
		require.Contains(t, []int{401, 403}, a.StatusCode, name)
	}
}

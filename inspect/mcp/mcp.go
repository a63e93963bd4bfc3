// Package mcp lets assistants use an inspector by the Model Context Protocol: the same
// lists, traces, causal trees and recordings as the pages in the browser have, as
// tools.
//
//	i := inspect.New(k, inspect.Config{Token: token})
//	mux.Handle("/mcp", mcp.Handler(i, mcp.Config{}))
//
// Requests are refused as those to the inspector are: they need its token, as
// "Authorization: Bearer", come from this machine unless inspect.Config.Remote is set,
// and not from another site's page. All tools only read, unless Config.Actions is set
// here and inspect.Config.Actions there; then every action is a line in the
// inspector's log.
package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/gopoe/poe/inspect"
)

// Config configures an endpoint. All fields are optional.
type Config struct {
	// Actions adds the tool act, which changes the program, if the inspector allows
	// that as well.
	Actions bool
}

// Handler serves the tools over HTTP, to requests that the inspector would answer.
func Handler(i *inspect.Inspector, c Config) http.Handler {
	s := Server(i, c)
	return i.Protect(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, nil))
}

// Server returns a server with the tools, for another transport such as the standard
// input and output of a program. Who can reach it needs no token.
func Server(i *inspect.Inspector, c Config) *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "poe-inspect", Title: "POE inspector", Version: "1"}, &mcp.ServerOptions{
		Instructions: "Looks into a running program of POE sessions. Times are in seconds. IDs of events are texts. Begin with overview, events and problems.",
	})
	a := api{i}
	for _, add := range tools {
		add(s, a)
	}
	if c.Actions {
		addAct(s, a)
	}
	return s
}

// api asks an inspector.
type api struct{ i *inspect.Inspector }

// maxAnswer is how much of an answer is passed on, in bytes.
const maxAnswer = 1 << 20

var errTooLong = fmt.Errorf("the answer is longer than %d bytes: ask for less", maxAnswer)

// ask makes a request of the inspector's API, without a network.
func (a api) ask(ctx context.Context, method, path string, body any) (*mcp.CallToolResult, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://localhost/api/"+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+a.i.Token())
	r.Header.Set("Content-Type", "application/json")
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	a.i.ServeHTTP(w, r)
	answer := strings.TrimSpace(w.body.String())
	if w.status != http.StatusOK {
		return nil, errors.New(answer)
	}
	if len(answer) > maxAnswer {
		return nil, errTooLong
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: answer}}}, nil
}

// recorder is a ResponseWriter that keeps the answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// reads makes a tool that asks for a path with the fields of In as parameters; those
// that are zero are left out.
func reads[In any](name, about, path string) func(*mcp.Server, api) {
	return func(s *mcp.Server, a api) {
		tool := &mcp.Tool{Name: name, Description: about, Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}}
		mcp.AddTool(s, tool, func(ctx context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, any, error) {
			result, err := a.ask(ctx, http.MethodGet, path+"?"+query(in), nil)
			return result, nil, err
		})
	}
}

// query writes a struct as parameters, by the names that its fields have in JSON.
func query(in any) string {
	q := url.Values{}
	v := reflect.ValueOf(in)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		switch f := v.Field(i); {
		case f.IsZero():
		case f.Kind() == reflect.Bool:
			q.Set(name, "1")
		default:
			q.Set(name, fmt.Sprint(f.Interface()))
		}
	}
	return q.Encode()
}

// addAct adds the tool that changes the program.
func addAct(s *mcp.Server, a api) {
	tool := &mcp.Tool{Name: "act", Description: "Changes the program. Do is post, call, signal (To is a session's number or alias, Event the event's or signal's name, Args its arguments), stop (To, a number), operate (To, a number; Event is one of the operations that servers and connections have, such as drain), trace or untrace (To, a number: it logs its events), fire or cancel (Timer), dequeue (Slot and ID of a queued event), resend (Letter, the number of a dead letter; To and Event if others), sample (Every: one event in so many is timed), pause, resume, step, over (a step without the calls), break (Break: pause before events that agree with all its fields) or unbreak (BreakID)."}
	mcp.AddTool(s, tool, func(ctx context.Context, _ *mcp.CallToolRequest, in action) (*mcp.CallToolResult, any, error) {
		result, err := a.ask(ctx, http.MethodPost, "action", in)
		return result, nil, err
	})
}

// action is inspect.Action with its fields optional.
type action struct {
	Do      string      `json:"Do"`
	To      string      `json:"To,omitempty"`
	Event   string      `json:"Event,omitempty"`
	Args    []any       `json:"Args,omitempty"`
	Timer   string      `json:"Timer,omitempty"`
	Slot    uint64      `json:"Slot,omitempty"`
	ID      string      `json:"ID,omitempty"`
	Letter  uint64      `json:"Letter,omitempty"`
	Every   int         `json:"Every,omitempty"`
	Break   *breakpoint `json:"Break,omitempty"`
	BreakID int         `json:"BreakID,omitempty"`
}

type breakpoint struct {
	Session string `json:"Session,omitempty"`
	Event   string `json:"Event,omitempty"`
	Arg     string `json:"Arg,omitempty"`
}

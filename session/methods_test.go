package session_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

type greeter struct{ greeted []string }

func (g *greeter) OnStart(e kernel.Event) { e.Yield("got_line", "Ann") }
func (g *greeter) OnGotLine(e kernel.Event) {
	g.greet(kernel.Arg[string](e, 0))
	e.Yield("http_request")
}
func (g *greeter) OnHTTPRequest(e kernel.Event) { e.Yield("unknown") }
func (g *greeter) OnDefault(e kernel.Event)     { g.greet(kernel.Arg[string](e, 0)) }
func (g *greeter) Once()                        {}
func (g *greeter) greet(name string)            { g.greeted = append(g.greeted, name) }

func TestMethods(t *testing.T) {
	states, err := session.Methods[greeter]()
	require.NoError(t, err)
	assert.Equal(t, []string{"_default", "_start", "got_line", "http_request"}, slices.Sorted(maps.Keys(states)))
	g := &greeter{}
	k := kernel.New()
	_, err = session.Create(k, g, states)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"Ann", "unknown"}, g.greeted[:2])
}

type misshapen struct{}

func (*misshapen) OnLine(e kernel.Event, line string) {}

type twice struct{}

func (*twice) OnHTTPLine(kernel.Event) {}
func (*twice) OnHttpLine(kernel.Event) {}

func TestMethodsFindsMistakes(t *testing.T) {
	_, err := session.Methods[misshapen]()
	assert.ErrorIs(t, err, kernel.ErrInvalid)
	assert.ErrorContains(t, err, `method OnLine of *session_test.misshapen handles "line"`)
	_, err = session.Methods[twice]()
	assert.ErrorContains(t, err, `two methods of *session_test.twice handle "http_line"`)
	_, err = session.Methods[struct{}]()
	assert.ErrorContains(t, err, "has no exported method")
}

func ExampleMethods() {
	states, err := session.Methods[greeter]()
	fmt.Println(slices.Sorted(maps.Keys(states)), err)
	// Output:
	// [_default _start got_line http_request] <nil>
}

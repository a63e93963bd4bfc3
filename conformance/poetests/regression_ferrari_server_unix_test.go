//go:build unix

package poetests_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// t/90_regression/ferrari-server-unix: a server on a unix socket comes and
// goes without a warning.
func TestRegressionFerrariServerUnix(t *testing.T) {
	perLoop(t, func(p *proof) {
		var warnings bytes.Buffer
		k := p.kernel(kernel.Options{Logger: slog.New(slog.NewTextHandler(&warnings, nil))})
		started, stopped := 0, 0
		l, err := servertcp.New(k, servertcp.Config{
			Address:     filepath.Join(p.TempDir(), "socket"),
			Domain:      socketfactory.Unix,
			Alias:       "testserver",
			Started:     func(l *servertcp.Listener) { started++; p.is().NotNil(l.Addr()) },
			Stopped:     func(*servertcp.Listener) { stopped++ },
			ClientInput: servertcp.Input(func(*servertcp.Client, string) {}),
		})
		p.must().NoError(err)
		p.is().True(l.ID().Alive())
		p.is().NoError(k.Post(kernel.Alias("testserver"), "shutdown"))
		p.run(k)
		p.is().Equal([]int{1, 1}, []int{started, stopped})
		p.is().Empty(warnings.String())
	})
}

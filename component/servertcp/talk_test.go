package servertcp_test

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// talking is a server of a dialogue, and what the dialogue returns.
func talking(t *testing.T, c servertcp.Config, talk func(d *servertcp.Dialogue) error) (*running, <-chan error) {
	ends := make(chan error, 10)
	c.Dialogue = func(d *servertcp.Dialogue) (err error) {
		defer func() { ends <- err }()
		return talk(d)
	}
	c.ClientInput = nil
	return run(t, c), ends
}

func askName(d *servertcp.Dialogue) error {
	d.Send("name?")
	name, err := d.Expect(time.Minute)
	if err != nil {
		return err
	}
	d.Send("hello " + name)
	_, err = d.Expect(0)
	return err
}

func TestDialogueEnds(t *testing.T) {
	for name, at := range map[string]struct {
		end  func(r *running, p *peer)
		want error
	}{
		"peer leaves": {func(r *running, p *peer) { p.Close() }, io.EOF},
		"drain":       {func(r *running, p *peer) { r.drain(time.Hour) }, servertcp.ErrOver},
		"kernel stops": {func(r *running, p *peer) {
			require.NoError(t, r.k.Outside().Do(t.Context(), func(k *kernel.Kernel) { k.Stop() }))
		}, servertcp.ErrOver},
	} {
		t.Run(name, func(t *testing.T) {
			r, ends := talking(t, servertcp.Config{}, askName)
			p := r.dial()
			p.want("name?")
			p.send("alice\n")
			p.want("hello alice")
			at.end(r, p)
			require.ErrorIs(t, <-ends, at.want)
			if name == "peer leaves" {
				r.stop()
			} else {
				r.wait()
			}
		})
	}
}

func TestDialogueTimeOutAndError(t *testing.T) {
	odd := errors.New("odd")
	c := servertcp.Config{}
	told := errorsOf(&c)
	r, ends := talking(t, c, func(d *servertcp.Dialogue) error {
		if _, err := d.Expect(time.Millisecond); !errors.Is(err, syscall.ETIMEDOUT) {
			return err
		}
		d.Send("still there?")
		if line, err := d.Expect(time.Minute); line != "yes" {
			return err
		}
		d.Send("bye")
		return odd
	})
	p := r.dial()
	p.want("still there?")
	p.send("yes\nnobody reads this\n")
	p.want("bye")
	p.wantEnd()
	require.Equal(t, odd, <-ends)
	err := <-told
	require.Equal(t, "dialogue", err.Op)
	require.ErrorIs(t, err, odd)
}

func TestDialoguePanics(t *testing.T) {
	c := servertcp.Config{OnPanic: servertcp.PanicCloseClient}
	told := errorsOf(&c)
	r, ends := talking(t, c, func(d *servertcp.Dialogue) error {
		d.Send("first")
		if _, err := d.Expect(0); err != nil {
			return err
		}
		panic("second")
	})
	p := r.dial()
	p.want("first")
	p.send("\n")
	require.NoError(t, <-ends)
	err := <-told
	require.Equal(t, "panic", err.Op)
	require.EqualError(t, err.Err, "second")
	p.wantEnd()
}

// While a dialogue waits for something else, records are kept for its next Expect;
// the end of the connection ends that wait.
func TestDialogueAwaits(t *testing.T) {
	r, ends := talking(t, servertcp.Config{}, func(d *servertcp.Dialogue) error {
		d.Send("busy")
		if _, err := await.Await(d.Task, await.Sleep(50*time.Millisecond)); err != nil {
			return err
		}
		for range 3 {
			line, err := d.Expect(time.Minute)
			if err != nil {
				return err
			}
			d.Send("heard " + line)
		}
		_, err := await.Await(d.Task, await.Sleep(time.Hour))
		return err
	})
	p := r.dial()
	p.want("busy")
	p.send("one\ntwo\nthree\n")
	p.want("heard one")
	p.want("heard two")
	p.want("heard three")
	p.Close()
	require.ErrorIs(t, <-ends, await.ErrCancelled)
	r.stop()
}

// A login, as one reads it.
func ExampleDialogue() {
	k := kernel.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Alias: "server", Address: "127.0.0.1",
		Dialogue: func(d *servertcp.Dialogue) error {
			d.Send("user?")
			user, err := d.Expect(time.Minute)
			if err != nil {
				return err
			}
			d.Send("password?")
			if password, err := d.Expect(time.Minute); err != nil || password != "swordfish" {
				d.Send("no")
				return err
			}
			d.Send("welcome " + user)
			return nil
		},
		ClientDisconnected: func(c *servertcp.Client) { c.Kernel.Post(kernel.Alias("server"), "shutdown") },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	talk, addr := make(chan string), server.Addr()
	go func() { talk <- converse(addr, "alice\nswordfish\n") }()
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(<-talk)
	// Output:
	// user?
	// password?
	// welcome alice
}

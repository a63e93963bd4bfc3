package sim_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
)

// The worked example of docs/simulation.md: a bank that takes deposits, and a client
// which repeats each until it is confirmed. Without Known a repeated deposit is
// added twice; without Synced one that was confirmed is lost in a crash.

// Bank takes deposits: lines with a number and an amount.
type Bank struct {
	Known, Synced bool // what a bank must do

	disk *sim.Disk
	seen map[string]bool
	sum  int
}

// Start is the program of the bank's host.
func (b *Bank) Start(h *sim.Host) {
	b.disk, b.seen, b.sum = h.Disk, map[string]bool{}, 0
	b.load()
	at, err := h.Listen(2000)
	if err != nil {
		panic(err)
	}
	_, err = servertcp.New(h.Kernel, servertcp.Config{
		Listener: at, ClientFilter: lines,
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			id, _, _ := strings.Cut(line, " ")
			if b.Known && b.seen[id] {
				c.PutText(id)
				return
			}
			if err := b.save(line); err != nil {
				return // the client will ask again
			}
			b.add(line)
			c.PutText(id)
		}),
	})
	if err != nil {
		panic(err)
	}
}

// add adds a deposit.
func (b *Bank) add(line string) {
	var id string
	var amount int
	if n, err := fmt.Sscanf(line, "%s %d", &id, &amount); n == 2 && err == nil {
		b.seen[id] = true
		b.sum += amount
	}
}

// save writes a deposit to the disk, or leaves the disk as it was.
func (b *Bank) save(line string) error {
	before, _ := b.disk.Read("deposits")
	if err := b.disk.Append("deposits", []byte(line+"\n")); err != nil {
		_ = b.disk.Truncate("deposits", len(before))
		return err
	}
	if !b.Synced {
		return nil
	}
	return b.disk.Sync("deposits")
}

// load reads what the disk has: whole lines, since a crash may have torn the last.
func (b *Bank) load() {
	text, err := b.disk.Read("deposits")
	if err != nil {
		return
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	_ = b.disk.Truncate("deposits", len(whole))
	for line := range strings.Lines(string(whole)) {
		b.add(line)
	}
}

// Customer makes deposits, one after the other.
type Customer struct {
	made, confirmed int
	amounts         []int
	asked           time.Duration // when the last one was made
}

// Start is the program of the customer's host, which does not crash.
func (c *Customer) Start(h *sim.Host) {
	h.Stable = true
	ask := func(client *clienttcp.Client) {
		client.PutText(fmt.Sprintf("%d %d", c.made, c.amounts[c.made-1]))
	}
	var client *clienttcp.Client
	var err error
	client, err = clienttcp.New(h.Kernel, clienttcp.Config{
		RemoteAddress: "bank", RemotePort: 2000, Filter: lines,
		ConnectTimeout: 5 * time.Second,
		Timeouts:       clienttcp.Timeouts{Read: 5 * time.Second},
		Backoff:        clienttcp.Backoff{Min: 100 * time.Millisecond, Max: 2 * time.Second},
		Dial:           func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
		Started:        func(client *clienttcp.Client) { client.Kernel.Yield("next") },
		Connected: func(client *clienttcp.Client) {
			if c.confirmed < c.made {
				ask(client) // it may have arrived, or not
			}
		},
		ConnectError: func(*clienttcp.Client, *kernel.OpError) {},
		ServerError:  func(*clienttcp.Client, *kernel.OpError) {},
		ServerInput: clienttcp.Input(func(client *clienttcp.Client, id string) {
			if id == fmt.Sprint(c.made) && c.confirmed < c.made {
				c.confirmed++
				_, _ = client.Kernel.DelaySet("next", 300*time.Millisecond)
			}
		}),
		InlineStates: map[string]kernel.Handler{"next": func(e kernel.Event) {
			c.made++
			c.asked = h.World().Now()
			c.amounts = append(c.amounts, 1+e.Kernel.Rand().IntN(100))
			if client.Connected {
				ask(client)
			}
		}},
	})
	if err != nil {
		panic(err)
	}
}

// sum is what the bank should have, with and without the deposit under way.
func (c *Customer) sum() (confirmed, made int) {
	for i, amount := range c.amounts {
		made += amount
		if i < c.confirmed {
			confirmed += amount
		}
	}
	return confirmed, made
}

// deposits builds the world.
func deposits(bank Bank) func(w *sim.World) {
	return func(w *sim.World) {
		b, c := bank, &Customer{}
		server := w.Host("bank", b.Start)
		w.Host("customer", c.Start)
		w.Always("the bank has what was confirmed, and nothing twice", func() error {
			confirmed, made := c.sum()
			if server.Up() && (b.sum < confirmed || b.sum > made) {
				return fmt.Errorf("the bank has %d; %d were confirmed, %d deposited", b.sum, confirmed, made)
			}
			return nil
		})
		w.Eventually("the customer comes to the end", func() error {
			if c.confirmed < c.made && w.Now() > c.asked+10*time.Second {
				return fmt.Errorf("deposit %d is not confirmed", c.made)
			}
			return nil
		})
	}
}

func TestDeposits(t *testing.T) {
	config := sim.Config{Seeds: 20, Faults: sim.Hostile(), Duration: 30 * time.Second}
	t.Run("right", func(t *testing.T) { sim.Run(t, config, deposits(Bank{Known: true, Synced: true})) })
	for name, bank := range map[string]Bank{"twice": {Synced: true}, "lost": {Known: true}} {
		t.Run(name, func(t *testing.T) {
			said := runFailing(t, config, deposits(bank))
			require.Contains(t, said, "the bank has what was confirmed, and nothing twice: the bank has")
			t.Log(said)
		})
	}
}

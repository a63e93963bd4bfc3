// A collector for syslog, from the network and from a unix socket: what comes is
// sorted into files by facility and severity, repetitions are counted. HUP opens
// the files anew, for those who rotate them.
//
//	go run . PORT SOCKET DIRECTORY
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/socketfactory"
)

var facilities = strings.Fields(`kern user mail daemon auth syslog lpr news uucp cron authpriv ftp
	ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7`)

var severities = strings.Fields("emerg alert crit err warning notice info debug")

// rules are tried in order, the first that fits has the message.
var rules = []struct {
	facility *regexp.Regexp
	least    int // severity
	file     string
}{
	{regexp.MustCompile(`^auth(priv)?$`), 7, "auth.log"},
	{regexp.MustCompile(`^mail$`), 4, "mail.err"},
	{regexp.MustCompile(`^mail$`), 7, "mail.log"},
	{regexp.MustCompile(`.`), 6, "messages"},
}

// collector is the heap of the one session.
type collector struct {
	port      int
	path, dir string
	files     map[string]*os.File
	last      map[string]*repeated // by file
	sockets   []*poe.Handle
}

type repeated struct {
	line  string
	count int
}

var states = poe.States[collector]{
	"_start":   (*collector).start,
	"readable": (*collector).readable,
	"flush":    func(c *collector, e poe.Event) { c.toldAgain(poe.Arg[string](e, 0)) },
	"reopen":   (*collector).reopen,
	"stop":     (*collector).stop,
}

func main() {
	c := &collector{port: 514, path: "/dev/log", dir: "/var/log", files: map[string]*os.File{}, last: map[string]*repeated{}}
	if len(os.Args) > 3 {
		c.port, _ = strconv.Atoi(os.Args[1])
		c.path, c.dir = os.Args[2], os.Args[3]
	}
	k := poe.New()
	if _, err := poe.Create(k, c, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (c *collector) start(e poe.Event) {
	e.Sig("INT", "stop")
	e.Sig("HUP", "reopen")
	net, err := socketfactory.Listen(socketfactory.Config{
		Type: socketfactory.Datagram, BindAddress: "127.0.0.1", BindPort: c.port,
	})
	if err != nil {
		panic(err)
	}
	os.Remove(c.path)
	unix, err := socketfactory.Listen(socketfactory.Config{
		Domain: socketfactory.Unix, Type: socketfactory.Datagram, BindAddress: c.path,
	})
	if err != nil {
		panic(err)
	}
	e.SelectRead(net, "readable", "net")
	e.SelectRead(unix, "readable", "unix")
	c.sockets = []*poe.Handle{net, unix}
	fmt.Println("listening on", net.LocalAddr())
}

func (c *collector) readable(e poe.Event) {
	socket, source := poe.Arg[*poe.Handle](e, 0), poe.Arg[string](e, 2)
	buf := make([]byte, 8192)
	for {
		n, _, err := socket.ReadFrom(buf)
		if err != nil {
			return
		}
		c.take(e.Kernel, source, string(buf[:n]))
	}
}

var priority = regexp.MustCompile(`^<(\d{1,3})>`)

func (c *collector) take(k *poe.Kernel, source, message string) {
	message = strings.TrimRight(message, "\r\n\x00")
	m := priority.FindStringSubmatch(message)
	if m == nil {
		fmt.Printf("no priority from %s: %s\n", source, message)
		return
	}
	message = message[len(m[0]):]
	number, _ := strconv.Atoi(m[1])
	if number>>3 >= len(facilities) {
		fmt.Printf("no such facility from %s: %d\n", source, number>>3)
		return
	}
	facility, severity := facilities[number>>3], number&7
	if severity == 0 { // an emergency is everybody's
		fmt.Printf("%s: %s\n", source, message)
	}
	for _, rule := range rules {
		if severity <= rule.least && rule.facility.MatchString(facility) {
			c.file(k, rule.file, facility+"."+severities[severity]+" "+message)
			return
		}
	}
}

func (c *collector) file(k *poe.Kernel, file, line string) {
	last := c.last[file]
	if last == nil {
		last = &repeated{}
		c.last[file] = last
	}
	if line == last.line {
		if last.count == 0 {
			k.DelayAdd("flush", 30*time.Second, file)
		}
		last.count++
		return
	}
	c.toldAgain(file)
	last.line = line
	c.write(file, line)
}

// toldAgain says how often the last line of a file came again, once there is
// another line, or after a while, or at the end.
func (c *collector) toldAgain(file string) {
	last := c.last[file]
	if last.count > 0 {
		c.write(file, fmt.Sprintf("the last message came %d times more", last.count))
	}
	last.count = 0
}

func (c *collector) write(file, line string) {
	out := c.files[file]
	if out == nil {
		var err error
		out, err = os.OpenFile(filepath.Join(c.dir, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			fmt.Println(err)
			return
		}
		c.files[file] = out
	}
	fmt.Fprintln(out, line)
}

func (c *collector) reopen(e poe.Event) {
	e.SigHandled() // or HUP would end the program
	for _, out := range c.files {
		out.Close()
	}
	clear(c.files)
	fmt.Println("files are opened anew")
}

func (c *collector) stop(e poe.Event) {
	e.SigHandled()
	for _, file := range slices.Sorted(maps.Keys(c.last)) {
		c.toldAgain(file)
	}
	for _, socket := range c.sockets {
		socket.Close()
	}
	e.AlarmRemoveAll()
	e.SigClear("INT")
	e.SigClear("HUP")
	os.Remove(c.path)
}

// A collector for syslog, which puts what comes by UDP into a database and says how much
// there is of each program and severity.
//
//	go run . DATABASE PORT
//
// DATABASE is a file of SQLite, or postgres://USER@HOST/NAME.
package main

import (
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/component/syslogserver"
)

var severities = strings.Fields("emerg alert crit err warning notice info debug")

const table = "CREATE TABLE IF NOT EXISTS log (host TEXT, program TEXT, severity TEXT, text TEXT)"

// collector is the heap of the one session.
type collector struct {
	file   *sql.DB
	args   func(statement string) string // its placeholders, as the database wants them
	port   int
	db     *dbi.DBI
	server *syslogserver.Server
}

var states = poe.States[collector]{
	"_start":  (*collector).start,
	"logged":  (*collector).logged,
	"counted": (*collector).counted,
	"stop":    (*collector).stop,
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("collector DATABASE PORT")
	}
	driver, dialect := "sqlite", durable.SQLite
	if strings.HasPrefix(os.Args[1], "postgres://") {
		driver, dialect = "pgx", durable.PostgreSQL
	}
	file, err := sql.Open(driver, os.Args[1])
	if err == nil {
		_, err = file.Exec(table)
	}
	port, wrong := strconv.Atoi(os.Args[2])
	if err != nil || wrong != nil {
		log.Fatal(err, wrong)
	}
	if port == 0 {
		port = syslogserver.AnyPort
	}
	k := poe.New()
	if _, err := poe.Create(k, &collector{file: file, args: dialect.Rewrite, port: port}, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (c *collector) start(e poe.Event) {
	e.Sig("INT", "stop")
	var err error
	if c.db, err = dbi.New(e.Kernel, dbi.Config{DB: c.file, MaxConns: 1}); err != nil {
		log.Fatal(err)
	}
	c.server, err = syslogserver.New(e.Kernel, syslogserver.Config{BindAddress: "127.0.0.1", BindPort: c.port})
	if err != nil {
		log.Fatal(err)
	}
	e.Call(poe.Alias("syslogd"), "register", "InputEvent", "logged")
	fmt.Println("listening on", c.server.Addr())
}

// logged stores a message and counts, whole or not at all, in the order of arrival.
func (c *collector) logged(e poe.Event) {
	m := syslogserver.MessageOf(e)
	if m.AppName == "" {
		return
	}
	severity := severities[m.Severity]
	err := c.db.Do(dbi.Query{Kind: dbi.Transaction, Extra: m.AppName + " " + severity, Event: "counted", Steps: []dbi.Query{
		dbi.Step(dbi.Do, c.args("INSERT INTO log VALUES (?, ?, ?, ?)"), m.Hostname, m.AppName, severity, m.Text),
		dbi.Step(dbi.Single, c.args("SELECT COUNT(*) FROM log WHERE program = ? AND severity = ?"), m.AppName, severity),
	}})
	if err != nil {
		log.Print(err)
	}
}

func (c *collector) counted(e poe.Event) {
	r := poe.Arg[*dbi.Result](e, 0)
	if r.Err != nil {
		log.Print(r.Err)
		return
	}
	fmt.Println(fmt.Sprint(r.Query.Extra, ": ", r.Steps[1].Value))
}

func (c *collector) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	c.server.Shutdown()
	c.db.Shutdown()
}

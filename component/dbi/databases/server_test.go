package databases_test

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/gopoe/poe/component/jobqueue/durable"
)

// database is one for a test: how it is opened, and where it differs from the
// others.
type database struct {
	name, driver, dsn string
	dialect           durable.Dialect
	serial            string // the type of a key that counts up
}

// tests are those that each database gets, with an empty one of its own.
var tests = map[string]func(*testing.T, database){
	"Kinds": testKinds, "Transactions": testTransactions, "Chunks": testChunks, "Timeout": testTimeout,
	"Reconnect": testReconnect, "Queue": testQueue, "SharedTable": testSharedTable,
}

// servers start a database each. Without its program the test is skipped, unless
// POE_REQUIRED says that it must be there.
var servers = map[string]func(testing.TB) database{"sqlite": sqlite, "postgresql": postgreSQL, "mariadb": mariaDB}

func TestDatabases(t *testing.T) {
	for server, start := range servers {
		t.Run(server, func(t *testing.T) {
			d := start(t)
			for name, test := range tests {
				t.Run(name, func(t *testing.T) { test(t, d.empty(t, strings.ToLower(name))) })
			}
		})
	}
}

// empty makes an empty database on the same server.
func (d database) empty(t *testing.T, name string) database {
	switch d.name {
	case "sqlite":
		return sqlite(t)
	case "postgresql":
		_, err := d.open(t).Exec("CREATE DATABASE " + name)
		require.NoError(t, err)
		d.dsn = strings.Replace(d.dsn, "/postgres?", "/"+name+"?", 1)
	case "mariadb":
		_, err := d.open(t).Exec("CREATE DATABASE " + name)
		require.NoError(t, err)
		d.dsn = strings.TrimSuffix(d.dsn, "/mysql") + "/" + name
	}
	return d
}

// open opens the database beside the component.
func (d database) open(t testing.TB) *sql.DB {
	db, err := sql.Open(d.driver, d.dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// args writes the placeholders of a statement as the database wants them.
func (d database) args(statement string) string { return d.dialect.Rewrite(statement) }

func sqlite(t testing.TB) database {
	path := filepath.Join(t.TempDir(), "test.db")
	return database{name: "sqlite", driver: "sqlite", dsn: sqliteDSN(path), dialect: durable.SQLite, serial: "INTEGER PRIMARY KEY"}
}

// sqliteDSN opens a file with a write-ahead log, waits for other writers, and does
// not wait for the disk: a killed process loses nothing, a machine might.
func sqliteDSN(path string) string {
	return "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)"
}

// find returns the path of a program of a server.
func find(t testing.TB, patterns ...string) string {
	for _, pattern := range patterns {
		if path, err := exec.LookPath(pattern); err == nil {
			return path
		}
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	if os.Getenv("POE_REQUIRED") != "" {
		t.Fatalf("%s is required and not there", patterns[0])
	}
	t.Skip("needs ", patterns[0])
	return ""
}

// postgreSQL starts a server. It refuses to run as root, and runs as the user
// postgres then.
func postgreSQL(t testing.TB) database {
	initdb, postgres := find(t, "initdb", "/usr/lib/postgresql/*/bin/initdb"), find(t, "postgres", "/usr/lib/postgresql/*/bin/postgres")
	dir := serverDir(t)
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		require.NoError(t, err)
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		require.NoError(t, os.Chown(dir, uid, gid))
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	runCommand(t, as, initdb, "-D", dir+"/data", "-U", "poe", "--auth=trust", "--no-sync", "-E", "UTF8")
	port := freePort(t)
	d := database{
		name: "postgresql", driver: "pgx", dsn: fmt.Sprintf("postgres://poe@127.0.0.1:%d/postgres?sslmode=disable", port),
		dialect: durable.PostgreSQL, serial: "BIGSERIAL PRIMARY KEY",
	}
	serve(t, d, as, postgres, "-D", dir+"/data", "-k", dir, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-c", "fsync=off")
	return d
}

func mariaDB(t testing.TB) database {
	install, mariadbd := find(t, "mariadb-install-db", "/usr/bin/mariadb-install-db"), find(t, "mariadbd", "/usr/sbin/mariadbd")
	dir := serverDir(t)
	options := []string{"--no-defaults", "--datadir=" + dir + "/data"}
	if os.Getuid() == 0 {
		options = append(options, "--user=root")
	}
	runCommand(t, nil, install, append(options, "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=4M")...)
	port := freePort(t)
	d := database{
		name: "mariadb", driver: "mysql", dsn: fmt.Sprintf("root@tcp(127.0.0.1:%d)/mysql", port),
		dialect: durable.MySQL, serial: "BIGINT AUTO_INCREMENT PRIMARY KEY",
	}
	serve(t, d, nil, mariadbd, append(options,
		"--bind-address=127.0.0.1", "--port="+strconv.Itoa(port), "--socket="+dir+"/socket", "--pid-file="+dir+"/pid",
		"--innodb-flush-log-at-trx-commit=2", "--innodb-log-file-size=4M")...)
	return d
}

// serverDir makes a directory with a short path, for sockets.
func serverDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "db")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func runCommand(t testing.TB, as *syscall.SysProcAttr, name string, args ...string) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.SysProcAttr = "/", as
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// serve runs a server until the end of the test, and waits until it answers.
func serve(t testing.TB, d database, as *syscall.SysProcAttr, name string, args ...string) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.SysProcAttr = "/", as
	log, err := os.CreateTemp(t.TempDir(), "log")
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if text, _ := os.ReadFile(log.Name()); t.Failed() {
			t.Logf("%s", text)
		}
		_ = log.Close()
	})
	db := d.open(t)
	for range 600 {
		if err = db.Ping(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond) // until the server answers
	}
	t.Fatalf("%s does not answer: %v", name, err)
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

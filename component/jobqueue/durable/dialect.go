package durable

import (
	"fmt"
	"strconv"
	"strings"
)

// Dialect describes a kind of database.
type Dialect struct {
	// Schema is the statement that creates the table, if it does not exist, and
	// Index that for its index, unless Schema creates it; %[1]s is the table's
	// name. The columns of the index are those by which jobs are chosen.
	Schema, Index string
	// Numbered selects the placeholders $1, $2 and so on instead of question
	// marks.
	Numbered bool
}

const columns = "CREATE TABLE IF NOT EXISTS %%[1]s (" +
	"id VARCHAR(64) NOT NULL PRIMARY KEY, body %s NOT NULL, weight INTEGER NOT NULL, stored BIGINT NOT NULL, " +
	"visible BIGINT NOT NULL, attempts INTEGER NOT NULL, dead INTEGER NOT NULL, lease VARCHAR(64) NOT NULL, failure TEXT NOT NULL%s)"

const index = "CREATE INDEX IF NOT EXISTS %[1]s_next ON %[1]s (dead, weight, stored, id)"

// The supported dialects. MySQL is for MariaDB as well.
var (
	SQLite     = Dialect{Schema: fmt.Sprintf(columns, "BLOB", ""), Index: index}
	PostgreSQL = Dialect{Schema: fmt.Sprintf(columns, "BYTEA", ""), Index: index, Numbered: true}
	MySQL      = Dialect{Schema: fmt.Sprintf(columns, "LONGBLOB", ", INDEX (dead, weight, stored, id)")}
)

// Rewrite replaces the question marks of a statement, all of which must be
// placeholders, by those of the database.
func (d Dialect) Rewrite(statement string) string {
	if !d.Numbered {
		return statement
	}
	parts := strings.Split(statement, "?")
	for i := range parts[1:] {
		parts[i] += "$" + strconv.Itoa(i+1)
	}
	return strings.Join(parts, "")
}

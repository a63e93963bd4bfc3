// Package databases holds the tests of component dbi, and of the persistent queue
// of component jobqueue, with real databases: SQLite, PostgreSQL and MariaDB. It is
// a module of its own, which keeps their drivers from programs that use others.
package databases

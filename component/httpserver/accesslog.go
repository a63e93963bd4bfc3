package httpserver

import (
	"fmt"
	"net"
	"strings"
	"time"
)

// CommonLog returns a function for Config.Log that calls write, for every
// response that has ended, with a line in the Common Log Format without a line
// break. A response whose connection ended before it was begun has the status
// 499. write is called on the kernel's goroutine and must not block.
func CommonLog(write func(line string)) func(*Response) {
	return func(r *Response) { write(r.commonLog(r.conn.server.k.Now())) }
}

// CombinedLog is CommonLog with the referer and the user agent: the Combined Log
// Format of Apache and nginx.
func CombinedLog(write func(line string)) func(*Response) {
	return func(r *Response) {
		write(fmt.Sprintf(`%s "%s" "%s"`, r.commonLog(r.conn.server.k.Now()), logged(r.Request.Header.Get("Referer")), logged(r.Request.UserAgent())))
	}
}

// commonLog is host, identity, user, time, request line, status and bytes. A
// response whose connection is gone before it was begun has the status 499, as in
// nginx.
func (r *Response) commonLog(now time.Time) string {
	host, _, err := net.SplitHostPort(r.Request.RemoteAddr)
	if err != nil {
		host = r.Request.RemoteAddr
	}
	user, _, _ := r.Request.BasicAuth()
	target, status := r.Request.RequestURI, r.Status
	if target == "" && r.Request.URL != nil {
		target = r.Request.URL.RequestURI()
	}
	if r.isLost && !r.begun {
		status = 499
	}
	bytes := "-"
	if r.Written > 0 {
		bytes = fmt.Sprint(r.Written)
	}
	return fmt.Sprintf(`%s - %s [%s] "%s %s %s" %d %s`, logged(host), strings.ReplaceAll(logged(user), " ", `\x20`),
		now.Format("02/Jan/2006:15:04:05 -0700"), logged(r.Request.Method), logged(target), logged(r.Request.Proto), status, bytes)
}

// logged is what a peer has sent as a line may have it: quotes, backslashes and
// what is not printable are escaped. Nothing is a hyphen.
func logged(text string) string {
	if text == "" {
		return "-"
	}
	var out strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&out, `\x%02x`, c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

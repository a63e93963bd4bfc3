//go:build linux

package perl

import "strings"

// statusTexts are the texts of HTTP's status codes as HTTP::Status has them, which
// differ from those of net/http in a few.
var statusTexts = map[int]string{
	100: "Continue",
	101: "Switching Protocols",
	102: "Processing",
	103: "Early Hints",
	200: "OK",
	201: "Created",
	202: "Accepted",
	203: "Non-Authoritative Information",
	204: "No Content",
	205: "Reset Content",
	206: "Partial Content",
	207: "Multi-Status",
	208: "Already Reported",
	226: "IM Used",
	300: "Multiple Choices",
	301: "Moved Permanently",
	302: "Found",
	303: "See Other",
	304: "Not Modified",
	305: "Use Proxy",
	307: "Temporary Redirect",
	308: "Permanent Redirect",
	400: "Bad Request",
	401: "Unauthorized",
	402: "Payment Required",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	406: "Not Acceptable",
	407: "Proxy Authentication Required",
	408: "Request Timeout",
	409: "Conflict",
	410: "Gone",
	411: "Length Required",
	412: "Precondition Failed",
	413: "Payload Too Large",
	414: "URI Too Long",
	415: "Unsupported Media Type",
	416: "Range Not Satisfiable",
	417: "Expectation Failed",
	418: "I'm a teapot",
	421: "Misdirected Request",
	422: "Unprocessable Entity",
	423: "Locked",
	424: "Failed Dependency",
	425: "Too Early",
	426: "Upgrade Required",
	428: "Precondition Required",
	429: "Too Many Requests",
	431: "Request Header Fields Too Large",
	449: "Retry with",
	451: "Unavailable For Legal Reasons",
	500: "Internal Server Error",
	501: "Not Implemented",
	502: "Bad Gateway",
	503: "Service Unavailable",
	504: "Gateway Timeout",
	505: "HTTP Version Not Supported",
	506: "Variant Also Negotiates",
	507: "Insufficient Storage",
	508: "Loop Detected",
	509: "Bandwidth Limit Exceeded",
	510: "Not Extended",
	511: "Network Authentication Required",
}

func init() {
	for code, text := range statusTexts {
		name := strings.Map(constantRune, strings.ToUpper(text))
		Constants["RC_"+name], Constants["HTTP_"+name] = code, code
	}
	// Older names of the same codes.
	for name, code := range map[string]int{"REQUEST_ENTITY_TOO_LARGE": 413, "REQUEST_URI_TOO_LARGE": 414, "REQUEST_RANGE_NOT_SATISFIABLE": 416, "NO_CODE": 425, "UNORDERED_COLLECTION": 425} {
		Constants["RC_"+name], Constants["HTTP_"+name] = code, code
	}
}

// constantRune makes the text of a status a name: HTTP_NOT_FOUND.
func constantRune(r rune) rune {
	switch {
	case r == ' ' || r == '-':
		return '_'
	case r >= 'A' && r <= 'Z':
		return r
	}
	return -1
}

// StatusMessage returns the text of an HTTP status code, or nil if it is
// unknown. Perl: status_message of HTTP::Status.
func StatusMessage(code any) any {
	if s := statusTexts[Int(code)]; s != "" {
		return s
	}
	return nil
}

// StatusClass reports whether an HTTP status code is within the hundred that first
// names, or in one of the following, up to last. Perl: is_success, which is
// StatusClass(2, 2, code), and the like of HTTP::Status.
func StatusClass(first, last int, code any) bool {
	n := Int(code) / 100
	return n >= first && n <= last
}

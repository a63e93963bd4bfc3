package port

// englishNames are the names that module English gives to variables of punctuation.
var englishNames = map[string]string{
	"ARG": "_", "LIST_SEPARATOR": "\"", "SUBSCRIPT_SEPARATOR": ";", "SUBSEP": ";",
	"MATCH": "&", "PREMATCH": "`", "POSTMATCH": "'", "LAST_PAREN_MATCH": "+", "LAST_MATCH_START": "-", "LAST_MATCH_END": "+",
	"INPUT_LINE_NUMBER": ".", "NR": ".", "INPUT_RECORD_SEPARATOR": "/", "RS": "/",
	"OUTPUT_AUTOFLUSH": "|", "OUTPUT_FIELD_SEPARATOR": ",", "OFS": ",", "OUTPUT_RECORD_SEPARATOR": "\\", "ORS": "\\",
	"CHILD_ERROR": "?", "OS_ERROR": "!", "ERRNO": "!", "EXTENDED_OS_ERROR": "!", "EVAL_ERROR": "@",
	"PROCESS_ID": "$", "PID": "$", "REAL_USER_ID": "<", "UID": "<", "EFFECTIVE_USER_ID": ">", "EUID": ">",
	"REAL_GROUP_ID": "(", "GID": "(", "EFFECTIVE_GROUP_ID": ")", "EGID": ")", "PROGRAM_NAME": "0",
	"PERL_VERSION": "^V", "OSNAME": "^O", "BASETIME": "^T", "WARNING": "^W", "EXECUTABLE_NAME": "^X", "FORMAT_NAME": "~",
}

// arraysOfPunctuation are those of the names that are arrays or hashes as well.
var arraysOfPunctuation = map[string]bool{"ARG": true, "LAST_MATCH_START": true, "LAST_MATCH_END": true}

// english gives a variable the name that it has without module English, and reports
// whether it has one.
func english(n *node) bool {
	short, ok := englishNames[n.text]
	if !ok || n.sigil != '$' && !arraysOfPunctuation[n.text] {
		return false
	}
	n.text = short
	return true
}

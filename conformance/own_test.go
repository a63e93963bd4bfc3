package conformance

// ownPrograms are the ports of programs that go beyond the first collection:
// one for each rule about the kernel that no other program shows.
var ownPrograms = map[string]func(*port){
	"902-child-values":           p902,
	"906-queue-keeps-sender":     p906,
	"908-idle":                   p908,
	"909-child-survives-parent":  p909,
	"912-detach-myself":          p912,
	"915-call-own-session":       p915,
	"923-caller-state":           p923,
	"924-default-names":          p924,
	"925-resolve":                p925,
	"936-callback":               p936,
	"937-refcounts":              p937,
	"939-handles-first":          p939,
	"940-kernel-as-session":      p940,
	"942-chain-collapse":         p942,
	"953-timer-adjust":           p953,
	"955-timer-equal-times":      p955,
	"957-forced-stop-queue":      p957,
	"962-signal-watchers":        p962,
	"965-nonmaskable":            p965,
	"966-terminal-order":         p966,
	"970-die-in-call":            p970,
	"971-die-in-stop":            p971,
	"972-die-tree":               p972,
	"973-die-handled-and-thrown": p973,
	"974-die-outside-sweeps":     p974,
	"975-signal-delivery-fixed":  p975,
	"976-die-in-the-newborn":     p976,
}

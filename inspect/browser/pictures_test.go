package browser_test

import (
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// picture writes what is visible of the page to a file, if pictures are asked for, and
// its variants if all are.
func (b *page) picture(name string) {
	b.capture(name, false)
	if os.Getenv("POE_SCREENSHOTS_ALL") == "" {
		return
	}
	b.capture("whole-"+name, true)
	b.run(scheme("dark"))
	b.capture("whole-"+name+"-dark", true)
	b.run(telephone())
	b.capture("phone-"+name+"-dark", false)
	b.run(scheme(""))
	b.capture("phone-"+name+"-light", false)
	b.run(emulation.ClearDeviceMetricsOverride())
}

// capture writes one picture, of what is visible or of the whole page.
func (b *page) capture(name string, whole bool) {
	dir := os.Getenv("POE_SCREENSHOTS")
	if dir == "" {
		return
	}
	var png []byte
	b.run(chromedp.Sleep(300 * time.Millisecond))
	if whole {
		b.run(chromedp.FullScreenshot(&png, 100))
	} else {
		b.run(chromedp.CaptureScreenshot(&png))
	}
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// scheme makes the page dark or, if it is empty, as the browser has it.
func scheme(name string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}})
}

// telephone is the width of one.
func telephone() chromedp.Action { return emulation.SetDeviceMetricsOverride(390, 844, 2, true) }

// phone looks at the page at the width of a telephone.
func (b *page) phone(name string) {
	b.t.Helper()
	b.run(telephone())
	b.eventually(`document.documentElement.scrollWidth <= innerWidth`)
	b.capture(name, false)
	b.run(emulation.ClearDeviceMetricsOverride())
}

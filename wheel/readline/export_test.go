package readline

// Display is the painter, for tests that look at it on a screen.
type Display struct{ d display }

// Paint returns what shows a line.
func (d *Display) Paint(prompt, text string, cursor, width int) []byte {
	return d.d.paint(prompt, text, cursor, width)
}

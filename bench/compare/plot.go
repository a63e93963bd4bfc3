package main

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// plotted are the scenarios and servers of the plot.
var (
	plotted = []string{"a", "b", "c", "d", "f"}
	bars    = []struct {
		server string
		color  color.RGBA
	}{
		{ours, color.RGBA{0x1b, 0x5e, 0x9b, 0xff}},
		{"go-raw", color.RGBA{0x6b, 0xae, 0xd6, 0xff}},
		{packageNet, color.RGBA{0xbd, 0xd7, 0xe7, 0xff}},
		{"node", color.RGBA{0x74, 0xa8, 0x6c, 0xff}},
		{"perl-poe", color.RGBA{0xd9, 0x8e, 0x4a, 0xff}},
	}
)

// plot draws the capacities as shares of the limit's, with their ranges.
func (r *results) plot(file string) error {
	p := plot.New()
	p.Title.Text = "Capacity on one processor, as a share of C on epoll"
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	p.Legend.Top = true
	width := vg.Points(14)
	for i, b := range bars {
		values, errs := make(plotter.Values, len(plotted)), make(plotter.YErrors, len(plotted))
		found := false
		for j, sc := range plotted {
			if l, ok := r.of(sc, b.server); ok {
				found = true
				values[j] = l.Share.Median
				errs[j].Low, errs[j].High = l.Share.Median-l.Share.Min, l.Share.Max-l.Share.Median
			}
		}
		if !found {
			continue
		}
		chart, err := plotter.NewBarChart(values, width)
		if err != nil {
			return fmt.Errorf("plot: %s: %w", b.server, err)
		}
		chart.Offset = width * vg.Length(float64(i)-float64(len(bars)-1)/2)
		chart.Color, chart.LineStyle.Width = b.color, 0
		ranges, err := plotter.NewYErrorBars(shifted{values, errs, float64(i) - float64(len(bars)-1)/2})
		if err != nil {
			return fmt.Errorf("plot: %s: %w", b.server, err)
		}
		p.Add(chart, ranges)
		p.Legend.Add(b.server, chart)
	}
	one := plotter.NewFunction(func(float64) float64 { return 1 })
	one.Color = color.RGBA{0x99, 0, 0, 0xff}
	p.Add(one)
	p.Legend.Add(limit, one)
	names := make([]string, len(plotted))
	for i, letter := range plotted {
		for _, sc := range scenarios {
			if sc.letter == letter {
				names[i] = sc.name
			}
		}
	}
	p.NominalX(names...)
	p.X.Min, p.X.Max = -0.5, float64(len(plotted))-0.1 // space for the legend
	return p.Save(11*vg.Inch, 4.5*vg.Inch, file)
}

// shifted puts error bars in the middle of the bars of a group. The plot's data
// area is about as wide as step says, in widths of a bar for each scenario.
type shifted struct {
	plotter.Values
	plotter.YErrors
	by float64
}

const step = 9.9

func (s shifted) Len() int { return len(s.Values) }

func (s shifted) XY(i int) (x, y float64) { return float64(i) + s.by/step, s.Values[i] }

package driver_test

import (
	"errors"
	"fmt"
	"io"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// The synopsis of POE::Driver: a driver and a filter without a wheel.
func Example() {
	d, err := driver.New(driver.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	lines := filter.NewBuffer(filter.Lines())
	read, write, err := kernel.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer read.Close()

	chunks, err := lines.Put("A line of text.")
	if err != nil {
		fmt.Println(err)
		return
	}
	d.Put(chunks...)
	if left, err := d.Flush(write); left > 0 || err != nil {
		fmt.Println("could not flush everything:", left, err)
	}
	write.Close()

	for {
		chunk, err := d.Get(read)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		records, err := lines.Get(chunk)
		for _, line := range records {
			fmt.Println("Input:", line, err)
		}
	}
	// Output: Input: A line of text. <nil>
}

package irc

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// merge returns the configuration with the fields that are set in the other, as
// "connect" does it.
func (c Config) merge(with Config) Config {
	with.Alias, with.Options, with.State, with.Limits = "", nil, false, Limits{}
	from, to := reflect.ValueOf(with), reflect.ValueOf(&c).Elem()
	for i := range from.NumField() {
		if !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return c
}

// configNames are the names of the original's arguments which differ from the
// field's name in lower case.
var configNames = map[string]string{"ircname": "realname", "msg_length": "messagelength"}

// configOf reads the argument of "connect": a Config, or a map with the names of
// the original, which are compared without regard to case.
func configOf(arg any) (Config, error) {
	var c Config
	switch v := arg.(type) {
	case nil:
		return c, nil
	case Config:
		return v, nil
	case *Config:
		if v != nil {
			c = *v
		}
		return c, nil
	case map[string]any:
		for name, value := range v {
			if err := c.set(name, value); err != nil {
				return c, err
			}
		}
		return c, nil
	}
	return c, fmt.Errorf("irc: connect: a %T is no irc.Config", arg)
}

// set sets a field by the original's name.
func (c *Config) set(name string, value any) error {
	key := strings.ToLower(name)
	if field := configNames[key]; field != "" {
		key = field
	}
	field := reflect.ValueOf(c).Elem().FieldByNameFunc(func(n string) bool { return strings.ToLower(n) == key })
	v := reflect.ValueOf(value)
	if !field.IsValid() || !v.IsValid() || !v.Type().AssignableTo(field.Type()) {
		return &kernel.ConfigError{Package: "irc", Field: name, Err: fmt.Errorf("cannot be set to a %T", value)}
	}
	field.Set(v)
	return nil
}

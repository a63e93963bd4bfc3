// Package plugin has the plugins of the IRC client that bots use.
package plugin

package adb

import (
	"context"
	"errors"
	"strings"
)

// State is what the server says of a device.
type State string

// States in which a device can be. Others are told as they are.
const (
	Ready         State = "device"
	Unauthorized  State = "unauthorized" // the phone asks its person
	Authorizing   State = "authorizing"
	Connecting    State = "connecting"
	Offline       State = "offline"
	NoPermissions State = "no permissions" // this computer may not use the cable
)

// Listed is one device that the server knows.
type Listed struct {
	Serial string
	State  State
	Model  string // as the phone names itself, with underscores for spaces
}

// Devices lists what the server knows.
func (s Server) Devices(ctx context.Context) ([]Listed, error) {
	answer, err := s.query(ctx, "host:devices-l")
	if err != nil {
		return nil, err
	}
	return parseDevices(answer), nil
}

// Watch calls changed with the list of devices, now and whenever it changes, until
// changed returns false or ctx ends.
func (s Server) Watch(ctx context.Context, changed func([]Listed) bool) error {
	s.Quiet = -1 // nothing may happen for hours
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.ask("host:track-devices"); err != nil {
		return err
	}
	for {
		text, err := c.text()
		if err != nil {
			return err
		}
		devices := parseDevices(text)
		if len(devices) > 0 {
			// Only the long list names models.
			if long, err := s.Devices(ctx); err == nil {
				devices = long
			} else if !errors.Is(err, ErrProtocol) {
				return err
			}
		}
		if !changed(devices) {
			return nil
		}
	}
}

// maxDevices bounds a list; a server has a handful.
const maxDevices = 256

// parseDevices reads the answer to host:devices-l and host:track-devices: a
// serial number, a state which may have words in brackets, and key:value pairs.
func parseDevices(text string) []Listed {
	var all []Listed
	for line := range strings.Lines(text) {
		serial, rest, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(line), "\t", " "), " ")
		if !ok || len(all) == maxDevices {
			continue
		}
		d := Listed{Serial: serial}
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, string(NoPermissions)) {
			d.State = NoPermissions
		} else {
			word, _, _ := strings.Cut(rest, " ")
			d.State = State(word)
		}
		for _, field := range strings.Fields(rest) {
			if model, ok := strings.CutPrefix(field, "model:"); ok {
				d.Model = model
			}
		}
		all = append(all, d)
	}
	return all
}

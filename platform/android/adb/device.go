package adb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Device is one phone behind a server.
type Device struct {
	server   Server
	serial   string
	features []string
}

// Open asks a phone what it can do.
func (s Server) Open(ctx context.Context, serial string) (*Device, error) {
	answer, err := s.query(ctx, "host-serial:"+serial+":features")
	if err != nil {
		return nil, err
	}
	return &Device{server: s, serial: serial, features: strings.Split(strings.TrimSpace(answer), ",")}, nil
}

// Serial is the number by which the server knows the phone.
func (d *Device) Serial() string { return d.serial }

func (d *Device) can(feature string) bool { return slices.Contains(d.features, feature) }

// service opens a service of the phone itself.
func (d *Device) service(ctx context.Context, name string) (*conn, error) {
	c, err := d.server.dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.ask("host:transport:" + d.serial); err != nil {
		c.close()
		return nil, gone(err)
	}
	if err := c.ask(name); err != nil {
		c.close()
		return nil, gone(err)
	}
	return c, nil
}

// gone makes a lost connection of the words in which a server says that a phone
// is not there (any more).
func gone(err error) error {
	var refused *Refused
	if !errors.As(err, &refused) {
		return err
	}
	for _, words := range []string{"not found", "offline", "no devices", "closed", "unauthorized"} {
		if strings.Contains(refused.Message, words) {
			return fmt.Errorf("%w: %s", ErrLost, refused.Message)
		}
	}
	return err
}

package plist

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// xmlList is a list in XML form.
type xmlList struct {
	*xml.Decoder
	*budget
}

func parseXML(data []byte) (any, error) {
	p := &xmlList{xml.NewDecoder(bytes.NewReader(data)), newBudget()}
	start, err := p.element()
	if err != nil {
		return nil, err
	}
	if start == nil || start.Name.Local != "plist" {
		return nil, fmt.Errorf("%w: neither of the two forms", ErrDamaged)
	}
	if start, err = p.element(); err != nil {
		return nil, err
	}
	if start == nil {
		return nil, fmt.Errorf("%w: empty", ErrDamaged)
	}
	return p.value(start, 0)
}

// element returns the next element, nil where the one around it ends.
func (p *xmlList) element() (*xml.StartElement, error) {
	for {
		token, err := p.Token()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.EndElement:
			return nil, nil
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, fmt.Errorf("%w: text between elements", ErrDamaged)
			}
		}
	}
}

func (p *xmlList) value(start *xml.StartElement, depth int) (any, error) {
	if err := p.object(depth); err != nil {
		return nil, err
	}
	switch start.Name.Local {
	case "dict":
		return p.dict(depth)
	case "array":
		return p.array(depth)
	}
	text, err := p.text()
	if err != nil {
		return nil, err
	}
	switch start.Name.Local {
	case "string":
		return text, nil
	case "true", "false":
		return start.Name.Local == "true", nil
	case "integer":
		n, err := strconv.ParseInt(strings.TrimSpace(text), 0, 64)
		return n, damaged(err)
	case "real":
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return n, damaged(err)
	case "date":
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
		return t, damaged(err)
	case "data":
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		return b, damaged(err)
	}
	return nil, fmt.Errorf("%w: element %s", ErrDamaged, start.Name.Local)
}

func damaged(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// text is what stands in an element that holds no others.
func (p *xmlList) text() (string, error) {
	var b strings.Builder
	for {
		token, err := p.Token()
		if err != nil {
			return "", damaged(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			if err := p.bytes(len(t)); err != nil {
				return "", err
			}
			b.Write(t)
		case xml.EndElement:
			return b.String(), nil
		case xml.StartElement:
			return "", fmt.Errorf("%w: element %s in a text", ErrDamaged, t.Name.Local)
		}
	}
}

func (p *xmlList) array(depth int) (any, error) {
	list := []any{}
	for {
		start, err := p.element()
		if err != nil || start == nil {
			return list, err
		}
		v, err := p.value(start, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// dict reads keys and values. Of a key that stands there twice different
// readers take different ones, so such a list is refused.
func (p *xmlList) dict(depth int) (any, error) {
	d := Dict{}
	for {
		start, err := p.element()
		if err != nil || start == nil {
			return d, err
		}
		if start.Name.Local != "key" {
			return nil, fmt.Errorf("%w: %s where a key is due", ErrDamaged, start.Name.Local)
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if _, twice := d[key]; twice {
			return nil, fmt.Errorf("%w: key %q twice", ErrDamaged, key)
		}
		if start, err = p.element(); err != nil {
			return nil, err
		}
		if start == nil {
			return nil, fmt.Errorf("%w: key %q without a value", ErrDamaged, key)
		}
		if d[key], err = p.value(start, depth+1); err != nil {
			return nil, err
		}
	}
}

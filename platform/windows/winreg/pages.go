package winreg

import "io"

const (
	pageSize = 4096
	maxPages = 1024
)

// pages keeps parts of a hive in memory, because the parser asks for two bytes
// at a time.
type pages struct {
	r    io.ReaderAt
	kept map[int64][]byte
	last int64
	page []byte
}

// ReadAt implements io.ReaderAt.
func (p *pages) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	for n < len(b) {
		at := off + int64(n)
		page, err := p.at(at / pageSize)
		if err != nil {
			return n, err
		}
		within := int(at % pageSize)
		if within >= len(page) {
			return n, io.EOF
		}
		n += copy(b[n:], page[within:])
	}
	return n, nil
}

func (p *pages) at(number int64) ([]byte, error) {
	if number < 0 {
		return nil, io.EOF
	}
	if p.page != nil && p.last == number {
		return p.page, nil
	}
	page, ok := p.kept[number]
	if !ok {
		page = make([]byte, pageSize)
		n, err := p.r.ReadAt(page, number*pageSize)
		if n == 0 {
			if err == nil {
				err = io.ErrNoProgress
			}
			return nil, err
		}
		page = page[:n]
		if p.kept == nil || len(p.kept) >= maxPages {
			p.kept = map[int64][]byte{}
		}
		p.kept[number] = page
	}
	p.last, p.page = number, page
	return page, nil
}

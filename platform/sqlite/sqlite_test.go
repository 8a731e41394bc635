package sqlite

import (
	"bytes"
	"testing"
)

func FuzzSQLite(f *testing.F) {
	page := make([]byte, 1024)
	copy(page, "SQLite format 3\x00\x02\x00")
	page[100], page[104] = leafTable, 1
	f.Add(page)
	f.Fuzz(func(t *testing.T, in []byte) {
		db, err := Open(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			return
		}
		read := 0
		_ = db.Table("Packages", func(columns [][]byte) error {
			for _, c := range columns {
				read += len(c)
			}
			return nil
		})
	})
}

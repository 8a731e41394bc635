package detect

import (
	"context"

	"github.com/chatvet/chatvet/platform"
)

func (b *builder) followSnap(ctx context.Context, rec *platform.Record) (proof, error) {
	return proof{}, errNothingSigned
}

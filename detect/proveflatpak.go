package detect

import (
	"context"

	"github.com/chatvet/chatvet/platform"
)

func (b *builder) followFlatpak(ctx context.Context, rec *platform.Record) (proof, error) {
	return proof{}, errNothingSigned
}

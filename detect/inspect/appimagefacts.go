package inspect

import (
	"context"
	"io"

	"github.com/chatvet/chatvet/detect/inspect/appimage"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/squashfs"
	"github.com/chatvet/chatvet/signatures"
)

// appImageFacts writes down what an AppImage says about itself: by the program
// that starts it, and by the desktop entry inside.
func appImageFacts(v *visit, f *file) {
	elfFacts(v, f)
	a, err := appimage.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatInside, kindOf(err), err.Error())
		f.closed = true
		return
	}
	if a.Type == 1 {
		v.gap(f.name, whatInside, gapNotOpened, "an AppImage of type 1 holds an ISO 9660 file system, which chatvet does not open")
		f.closed = true
		return
	}
	for _, problem := range a.Problems {
		v.gap(f.name, whatPart, gapCorrupt, problem)
	}
	f.fact(signatures.AppImageUpdate, clip(a.Update))
	f.fact(signatures.AppImageKey, a.Key)
	if a.Signed {
		v.gap(f.name, whatSignature, gapNotVerified, "the key of the signature inside an AppImage is not on the list, and stands beside it")
	}
	v.appImageEntry(f, a)
}

// appImageEntry names an AppImage as its desktop entry does.
func (v *visit) appImageEntry(f *file, a *appimage.File) {
	im := v.image(f, io.NewSectionReader(f.r, a.Contents, f.size-a.Contents))
	if im == nil {
		return
	}
	name, keys, err := im.desktopEntry()
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
	}
	f.Product, f.Version = clip(keys["Name"]), clip(keys["X-AppImage-Version"])
	f.fact(signatures.DesktopID, clip(name))
	f.fact(signatures.DisplayName, f.Product)
}

// walkAppImage goes through the files of an AppImage of type 2.
func walkAppImage(ctx context.Context, r io.ReaderAt, size int64, limits archive.Limits, visit archive.Visit) error {
	a, err := appimage.Read(r, size)
	if err != nil {
		return err
	}
	return squashfs.Walk(ctx, io.NewSectionReader(r, a.Contents, size-a.Contents), size-a.Contents, limits, visit)
}

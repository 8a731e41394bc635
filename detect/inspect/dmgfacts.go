package inspect

import (
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/dmg"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/signatures"
)

// maxVolume bounds what is unpacked of one partition to learn its volume's name:
// a few chunks.
const maxVolume = 64 << 20

// dmgFacts writes down what a disk image says about itself and who signed it.
// The files in it stay closed.
func dmgFacts(v *visit, f *file) {
	image, err := dmg.Read(f.r, f.size)
	if image == nil {
		v.gap(f.name, whatPart, imageGap(err), err.Error())
		return
	}
	v.gap(f.name, whatInside, gapNotOpened, "the files in disk images are not opened yet")
	if err != nil {
		v.gap(f.name, whatPart, imageGap(err), err.Error())
	} else if !image.MasterHolds() {
		v.gap(f.name, whatPart, gapCorrupt, "the image's checksums do not fit each other")
	}
	for i := range image.Partitions {
		v.volume(f, image, &image.Partitions[i])
	}
	signed := apple.ReadImage(image, v.in.appleSigning())
	f.takers = signed.Takers()
	data := image.DataTaker()
	if data != nil {
		f.takers = append(f.takers, data)
	}
	f.settle = func(complete bool) {
		if complete && data != nil && !data.Holds() {
			v.gap(f.name, whatPart, gapCorrupt, "the image's data does not have the checksum that is recorded for it")
		}
		v.codeSigned(f, signed, complete)
	}
}

// volume writes down what a partition and the volume in it are called.
func (v *visit) volume(f *file, image *dmg.File, p *dmg.Partition) {
	f.factOnce(signatures.DMGPartition, clip(p.Name))
	name, err := dmg.VolumeName(image.Disk(p, min(maxVolume, v.budget.Left())))
	if err != nil {
		v.gap(f.name, whatVolume, imageGap(err), err.Error())
		return
	}
	f.factOnce(signatures.DMGVolume, clip(name))
}

func imageGap(err error) string {
	switch {
	case errors.Is(err, dmg.ErrMethod):
		return gapNotOpened
	case errors.Is(err, dmg.ErrTooLarge):
		return gapTooLarge
	}
	return kindOf(err)
}

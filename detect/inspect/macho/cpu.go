package macho

import "fmt"

// CPU is a processor, as mach/machine.h numbers them.
type CPU struct{ Type, Sub uint32 }

const (
	cpu64   = 0x01000000
	cpu6432 = 0x02000000
)

// String is the name that Apple's tools use.
func (c CPU) String() string {
	switch c.Type {
	case 7:
		return "i386"
	case 7 | cpu64:
		if c.Sub&0xff == 8 {
			return "x86_64h"
		}
		return "x86_64"
	case 12:
		return "arm"
	case 12 | cpu64:
		if c.Sub&0xff == 2 {
			return "arm64e"
		}
		return "arm64"
	case 12 | cpu6432:
		return "arm64_32"
	case 18:
		return "ppc"
	case 18 | cpu64:
		return "ppc64"
	}
	return fmt.Sprintf("cpu %d", c.Type)
}

// FileType is what a slice is for (mach-o/loader.h, filetype).
type FileType uint32

// Types that matter here.
const (
	Object  FileType = 1
	Execute FileType = 2
	Dylib   FileType = 6
	Bundle  FileType = 8
)

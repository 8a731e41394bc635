package detect

import (
	"context"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// systemJudges is true for the formats that Windows has an opinion on.
func systemJudges(f signatures.Format) bool {
	return f == signatures.PE || f == signatures.MSI || f == signatures.MSIX
}

// systemOpinion asks Windows about the signature of a file, and where the file
// has none, about the catalogs of the system. It uses neither the network nor a
// window. ok is false where Windows has no opinion.
func systemOpinion(_ context.Context, path string) (opinion inventory.Signature, ok bool) {
	name, err := windows.UTF16PtrFromString(filepath.FromSlash(path))
	if err != nil {
		return opinion, false
	}
	file := windows.WinTrustFileInfo{FilePath: name}
	file.Size = uint32(unsafe.Sizeof(file))
	opinion, ok = opinionOf(verify(windows.WTD_CHOICE_FILE, unsafe.Pointer(&file)))
	opinion.Format = "authenticode"
	if ok && opinion.Integrity == inventory.Unsigned {
		if catalog, found := catalogOpinion(name); found {
			catalog.Format = formatCatalog
			return catalog, true
		}
	}
	return opinion, ok
}

// verify is WinVerifyTrustEx; what it holds is given back at once.
func verify(choice uint32, subject unsafe.Pointer) error {
	data := windows.WinTrustData{
		UIChoice: windows.WTD_UI_NONE, RevocationChecks: windows.WTD_REVOKE_NONE, UnionChoice: choice,
		StateAction: windows.WTD_STATEACTION_VERIFY, ProvFlags: windows.WTD_CACHE_ONLY_URL_RETRIEVAL,
		FileOrCatalogOrBlobOrSgnrOrCert: subject,
	}
	data.Size = uint32(unsafe.Sizeof(data))
	err := windows.WinVerifyTrustEx(windows.InvalidHWND, &windows.WINTRUST_ACTION_GENERIC_VERIFY_V2, &data)
	data.StateAction = windows.WTD_STATEACTION_CLOSE
	// Closing fails only where there is nothing to close.
	_ = windows.WinVerifyTrustEx(windows.InvalidHWND, &windows.WINTRUST_ACTION_GENERIC_VERIFY_V2, &data)
	return err
}

// opinionOf reads the result of WinVerifyTrust. A chain that does not lead to a
// trusted root says nothing about the bytes.
func opinionOf(err error) (s inventory.Signature, ok bool) {
	var code syscall.Errno
	errors.As(err, &code)
	s = inventory.Signature{Integrity: inventory.IntegrityNotChecked, Trust: inventory.TrustNotChecked}
	switch {
	case err == nil:
		s.Integrity, s.Trust = inventory.Intact, inventory.Trusted
	case code == syscall.Errno(windows.TRUST_E_NOSIGNATURE):
		s.Integrity = inventory.Unsigned
	case code == syscall.Errno(windows.TRUST_E_BAD_DIGEST):
		s.Integrity, s.Problems = inventory.Broken, []string{inventory.ProblemDigestMismatch}
	case code == syscall.Errno(windows.CERT_E_UNTRUSTEDROOT):
		s.Trust, s.Problems = inventory.Untrusted, []string{inventory.ProblemUnknownRoot}
	case code == syscall.Errno(windows.CERT_E_CHAINING):
		s.Trust, s.Problems = inventory.Untrusted, []string{inventory.ProblemIssuerMissing}
	case code == syscall.Errno(windows.CERT_E_EXPIRED):
		s.Trust, s.Problems = inventory.Untrusted, []string{inventory.ProblemExpired}
	case code == syscall.Errno(windows.CERT_E_WRONG_USAGE):
		s.Trust, s.Problems = inventory.Untrusted, []string{inventory.ProblemWrongUsage}
	case code == syscall.Errno(windows.TRUST_E_EXPLICIT_DISTRUST), code == syscall.Errno(windows.CERT_E_REVOKED),
		code == syscall.Errno(windows.TRUST_E_SUBJECT_NOT_TRUSTED):
		s.Trust = inventory.Untrusted
	default:
		return s, false
	}
	return s, true
}

var (
	wintrust               = windows.NewLazySystemDLL("wintrust.dll")
	acquireContext         = wintrust.NewProc("CryptCATAdminAcquireContext2")
	calculateHash          = wintrust.NewProc("CryptCATAdminCalcHashFromFileHandle2")
	enumCatalog            = wintrust.NewProc("CryptCATAdminEnumCatalogFromHash")
	catalogInfoFromContext = wintrust.NewProc("CryptCATCatalogInfoFromContext")
	releaseCatalogContext  = wintrust.NewProc("CryptCATAdminReleaseCatalogContext")
	releaseContext         = wintrust.NewProc("CryptCATAdminReleaseContext")
	catalogProcs           = []*windows.LazyProc{acquireContext, calculateHash, enumCatalog, catalogInfoFromContext, releaseCatalogContext, releaseContext}
)

// catalogInfo is CATALOG_INFO, and catalogSubject WINTRUST_CATALOG_INFO
// (mscat.h, wintrust.h).
type catalogInfo struct {
	size uint32
	file [windows.MAX_PATH]uint16
}

type catalogSubject struct {
	size           uint32
	version        uint32
	catalogPath    *uint16
	memberTag      *uint16
	memberPath     *uint16
	member         windows.Handle
	hash           *byte
	hashLength     uint32
	catalogContext uintptr
	admin          uintptr
}

// catalogOpinion looks for a file's digest in the catalogs of the system; found
// is false where none has it.
func catalogOpinion(name *uint16) (opinion inventory.Signature, found bool) {
	for _, proc := range catalogProcs {
		if proc.Find() != nil {
			return opinion, false
		}
	}
	file, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return opinion, false
	}
	defer windows.CloseHandle(file)
	algorithm, _ := windows.UTF16PtrFromString("SHA256")
	var admin uintptr
	if ok, _, _ := acquireContext.Call(uintptr(unsafe.Pointer(&admin)), 0, uintptr(unsafe.Pointer(algorithm)), 0, 0); ok == 0 {
		return opinion, false
	}
	defer releaseContext.Call(admin, 0)
	var hash [64]byte
	length := uint32(len(hash))
	if ok, _, _ := calculateHash.Call(admin, uintptr(file), uintptr(unsafe.Pointer(&length)), uintptr(unsafe.Pointer(&hash[0])), 0); ok == 0 || length > uint32(len(hash)) {
		return opinion, false
	}
	catalog, _, _ := enumCatalog.Call(admin, uintptr(unsafe.Pointer(&hash[0])), uintptr(length), 0, 0)
	if catalog == 0 {
		return opinion, false
	}
	defer releaseCatalogContext.Call(admin, catalog, 0)
	var info catalogInfo
	info.size = uint32(unsafe.Sizeof(info))
	if ok, _, _ := catalogInfoFromContext.Call(catalog, uintptr(unsafe.Pointer(&info)), 0); ok == 0 {
		return opinion, false
	}
	tag, _ := windows.UTF16PtrFromString(strings.ToUpper(hex.EncodeToString(hash[:length])))
	subject := catalogSubject{catalogPath: &info.file[0], memberTag: tag, memberPath: name, member: file, hash: &hash[0], hashLength: length, admin: admin}
	subject.size = uint32(unsafe.Sizeof(subject))
	return opinionOf(verify(windows.WTD_CHOICE_CATALOG, unsafe.Pointer(&subject)))
}

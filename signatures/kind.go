package signatures

// Kind names what a fact says. The names are part of the data language and of
// the JSON output; they never change their meaning.
type Kind string

// The kinds of fact. A value is text unless the comment says otherwise.
const (
	FileName   Kind = "file.name"   // base name of a program or installer
	FilePath   Kind = "file.path"   // path inside the build, slash-separated
	FileSHA256 Kind = "file.sha256" // 64 lower-case hex digits
	FileSHA1   Kind = "file.sha1"   // 40 lower-case hex digits
	FileMD5    Kind = "file.md5"    // 32 lower-case hex digits

	SiblingName Kind = "sibling.name" // base name of a file beside the program
	Content     Kind = "content"      // bytes found inside a program: the pattern, as Indicator.Pattern writes it
	DisplayName Kind = "display.name" // the name that the system shows for it

	PEProduct        Kind = "pe.product" // VS_VERSIONINFO ProductName
	PECompany        Kind = "pe.company"
	PEDescription    Kind = "pe.description"
	PEInternalName   Kind = "pe.internal_name"
	PEOriginalName   Kind = "pe.original_name"
	PECopyright      Kind = "pe.copyright"
	PEVersion        Kind = "pe.version"         // file version, a version
	PEProductVersion Kind = "pe.product_version" // product version, a version

	ELFBuildID Kind = "elf.build_id" // hex
	ELFSoname  Kind = "elf.soname"

	DebPackage    Kind = "deb.package"
	DebVersion    Kind = "deb.version"
	DebMaintainer Kind = "deb.maintainer"
	DebSource     Kind = "deb.source"
	RPMPackage    Kind = "rpm.package"
	RPMVendor     Kind = "rpm.vendor"
	PacmanPackage Kind = "pacman.package"
	FlatpakID     Kind = "flatpak.id"
	FlatpakCommit Kind = "flatpak.commit" // 64 hex digits, which name a deployed tree
	SnapName      Kind = "snap.name"
	SnapRevision  Kind = "snap.revision" // a number of the store, or x and a number for what came from a file
	DesktopID     Kind = "desktop.id"

	// PackageDiffers says that a file is not the one that the package's own
	// record lists. The value is the recorded digest, the place is the file.
	PackageDiffers Kind = "package.differs"
	// PackageAdded is a program in a folder of the package's own that no package has.
	PackageAdded Kind = "package.added"
	// StartOption makes a client load code that is not its own: the option, or the
	// variable, of what starts it, which is the place.
	StartOption Kind = "start.option"
	// PackageMatches says how many files agree with the package's own record.
	PackageMatches Kind = "package.matches"
	// PackageMissing says that a file that the package's record lists is gone.
	PackageMissing Kind = "package.missing"
	// PackageOrigin is where the package manager's own record says that the
	// package came from: a remote, a repository, a vendor or a publisher.
	PackageOrigin   Kind = "package.origin"
	PackageUnlisted Kind = "package.unlisted" // name of a package that no list of apt on the disk has, in any version

	UninstallName      Kind = "windows.uninstall_name"
	UninstallPublisher Kind = "windows.uninstall_publisher"
	ProductCode        Kind = "windows.product_code"
	UpgradeCode        Kind = "windows.upgrade_code"
	AppXFamily         Kind = "appx.family"
	AppXPublisher      Kind = "appx.publisher" // as the manifest writes it: a distinguished name
	AppXDiffers        Kind = "appx.differs"   // a file of an installed package that is not as it was signed: changed, added
	MSIProduct         Kind = "msi.product"    // ProductName of the Property table
	MSIManufacturer    Kind = "msi.manufacturer"
	MSIVersion         Kind = "msi.version" // a version
	RegistryKey        Kind = "windows.registry_key"

	BundleID      Kind = "bundle.id"
	BundleVersion Kind = "bundle.version" // CFBundleShortVersionString, a version
	BundleBuild   Kind = "bundle.build"   // CFBundleVersion
	TeamID        Kind = "apple.team_id"

	AppleIdentifier  Kind = "apple.identifier"   // by which a signature names its program
	AppleSignerKind  Kind = "apple.signer_kind"  // developer-id, mac-app-store, apple, ad-hoc, ...
	AppleFlag        Kind = "apple.flag"         // as codesign names it: runtime, linker-signed, ...
	AppleRequirement Kind = "apple.requirement"  // the designated one, in Apple's notation
	AppleEntitlement Kind = "apple.entitlement"  // the name of one
	AppleTicket      Kind = "apple.ticket"       // a notarisation ticket is there: "stapled"
	AppleDiffers     Kind = "apple.differs"      // a file of a bundle that is not as it was sealed: added, changed, missing, ...
	AppleWritten     Kind = "apple.written"      // a file that a bundle may have gained or lost by the rules of its seal
	MachOMinOS       Kind = "macho.min_os"       // the first version of the system that it is for
	MachOArch        Kind = "macho.arch"         // a processor that it is for
	LaunchLabel      Kind = "launchd.label"      // name of a job that starts it with the machine or with a session
	AsarIntegrity    Kind = "electron.integrity" // the digest that Electron asks of an archive's header

	APKPackage   Kind = "apk.package"
	DMGVolume    Kind = "dmg.volume"    // what a volume of a disk image is called
	DMGPartition Kind = "dmg.partition" // what the image's list calls one of its parts

	PKGID      Kind = "pkg.id"      // of an installer package for macOS
	PKGVersion Kind = "pkg.version" // a version
	PKGTitle   Kind = "pkg.title"   // what its first page is headed
	PKGScript  Kind = "pkg.script"  // a program of the package's own that would run: which, and when

	APKLabel      Kind = "apk.label"
	APKVersion    Kind = "apk.version"     // a version
	APKCertSHA256 Kind = "apk.cert_sha256" // 64 hex digits, of the certificate's DER
	APKCertSHA1   Kind = "apk.cert_sha1"
	APKCertMD5    Kind = "apk.cert_md5"

	APKMinSDK     Kind = "apk.min_sdk"      // the first version of Android (API level) that it is for
	APKTargetSDK  Kind = "apk.target_sdk"   // the version whose rules it asks for
	APKDebuggable Kind = "apk.debuggable"   // true, or not there
	APKTestOnly   Kind = "apk.test_only"    // true, or not there
	APKSplit      Kind = "apk.split"        // the name of a part that is no app by itself
	APKLocation   Kind = "apk.location"     // where it asks to be installed
	APKSharedUser Kind = "apk.shared_user"  // the user id that it shares with others of its signer
	APKPermission Kind = "apk.permission"   // one that it asks for
	APKService    Kind = "apk.service"      // class name
	APKReceiver   Kind = "apk.receiver"     // class name
	APKStamp      Kind = "apk.stamp_sha256" // certificate of a store's stamp: where it came from, not who made it
	APKFrosting   Kind = "apk.frosting"     // Google Play's addition is there: "not-checked"

	// What a phone's package manager says of an app, without proof.
	AndroidFirstInstall Kind = "android.first_install" // a time, as the phone writes it
	AndroidRecordedCert Kind = "android.recorded_cert" // SHA-256 of a certificate, 64 hex digits
	AndroidUser         Kind = "android.user"          // number of a user or profile that has the app
	AndroidRecordedFile Kind = "android.recorded_file" // SHA-256 of an APK as a record has it, 64 hex digits

	// What a backup's records and an app's file say about where an app for
	// iPhones came from. The profile is what Apple gave its maker to install it
	// outside of the store; the rest are records that anybody could write.
	IOSProfile Kind = "ios.profile"      // app-store, ad-hoc, development, enterprise
	IOSTeam    Kind = "ios.profile_team" // for which Apple gave the profile out
	IOSItem    Kind = "ios.store_item"   // number of the app in the App Store
	IOSSeller  Kind = "ios.store_seller"
	IOSOrigin  Kind = "ios.origin"        // store-record, no-store-record
	IOSManaged Kind = "ios.configuration" // payload type of a configuration profile that installs apps or manages the phone
	IOSCryptID Kind = "ios.encrypted"     // a slice of a program that is encrypted, and how

	SignerOrganization Kind = "sign.organization"
	SignerSubject      Kind = "sign.subject"
	SignerSerial       Kind = "sign.serial"
	SignerSHA256       Kind = "sign.cert_sha256"
	SignerSHA1         Kind = "sign.cert_sha1"
	OpenPGPFingerprint Kind = "openpgp.fingerprint" // 40 upper-case hex digits

	AsarHeader Kind = "asar.header_sha256" // 64 hex digits: of the text that names an archive's files
	AsarFiles  Kind = "asar.files"         // whether its files have the digests recorded in it: intact, or changed and which

	// PEAsarIntegrity is the digest that a Windows program asks of the header of
	// an Electron archive; which one, stands beside it.
	PEAsarIntegrity Kind = "pe.asar_integrity"
	// ElectronArchive says whether an archive is the one that the program named
	// beside it asks for: recorded, another.
	ElectronArchive Kind = "electron.archive"
	// ElectronUnpacked is a file of NAME.asar.unpacked that is not as the header of
	// the archive beside it says: changed, added, missing.
	ElectronUnpacked Kind = "electron.unpacked"

	ElectronShadowApp Kind = "electron.shadow_app" // a folder of code beside app.asar: its name, at the folder's package.json
	ElectronCore      Kind = "electron.core"       // "changed" where Discord's discord_desktop_core/index.js does more than load core.asar

	PlugInOf       Kind = "plugin.of"            // the program that would load it
	AppImageUpdate Kind = "appimage.update"      // where it says that newer versions come from
	AppImageKey    Kind = "appimage.signing_key" // the OpenPGP key that its signature names; the signature itself is not verified

	// A list of forbidden words that a program carries: by the client whose
	// published form it has, and how many words are on it.
	KeywordsList    Kind = "keywords.list"
	KeywordsEntries Kind = "keywords.entries"

	OriginHost Kind = "origin.host" // host a download came from
	OriginURL  Kind = "origin.url"
	// OriginAgent is the program that brought the download, as macOS noted it.
	OriginAgent Kind = "origin.agent"
)

// Strength is how much one fact is worth against a build (DESIGN section 4).
type Strength int

// Strengths in rising order.
const (
	NoStrength Strength = iota
	Weak
	Strong
	Proof
)

func (s Strength) String() string {
	return [...]string{"none", "weak", "strong", "proof"}[s]
}

// Shape is the form that a kind's value must have.
type Shape int

// Shapes of a value.
const (
	TextShape Shape = iota
	HexShape        // exactly KindInfo.HexLen lower-case hex digits; 0 means any even number
	VersionShape
	PatternShape
)

// KindInfo is what the language knows about a kind.
type KindInfo struct {
	// Strength is the most that a single fact of this kind can be worth. The
	// judge lowers it where DESIGN section 4 asks for company: a signer needs a
	// verified signature, a package id another signer, a pattern a claim.
	Strength Strength
	// Claim is true where the value says which product the build is.
	Claim bool
	// Signer is true for kinds that are matched against verified signatures and
	// never against plain facts.
	Signer bool
	// Fold is true where upper and lower case mean the same.
	Fold   bool
	Shape  Shape
	HexLen int
	// WholeBuild is true where a fact of this kind speaks of a build as a whole
	// and has no place inside it.
	WholeBuild bool
	// Formats the kind can be found in; empty means any.
	Formats []Format
}

// Info returns what the language knows about k; ok is false for an unknown kind.
func (k Kind) Info() (info KindInfo, ok bool) {
	info, ok = kinds[k]
	return info, ok
}

// Kinds lists every kind of the language in no particular order.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds))
	for k := range kinds {
		all = append(all, k)
	}
	return all
}

var kinds = map[Kind]KindInfo{
	FileName:   {Strength: Weak, Fold: true},
	FilePath:   {Strength: Weak, Fold: true},
	FileSHA256: {Strength: Proof, Shape: HexShape, HexLen: 64},
	FileSHA1:   {Strength: Proof, Shape: HexShape, HexLen: 40},
	FileMD5:    {Strength: Proof, Shape: HexShape, HexLen: 32},

	SiblingName: {Strength: Weak, Fold: true, WholeBuild: true},
	Content:     {Strength: Strong, Shape: PatternShape},
	DisplayName: {Strength: Weak, Claim: true, Fold: true, WholeBuild: true},

	PEProduct:        {Strength: Weak, Claim: true, Fold: true, Formats: []Format{PE}},
	PECompany:        {Strength: Weak, Fold: true, Formats: []Format{PE}},
	PEDescription:    {Strength: Weak, Claim: true, Fold: true, Formats: []Format{PE}},
	PEInternalName:   {Strength: Weak, Claim: true, Fold: true, Formats: []Format{PE}},
	PEOriginalName:   {Strength: Weak, Claim: true, Fold: true, Formats: []Format{PE}},
	PECopyright:      {Strength: Weak, Fold: true, Formats: []Format{PE}},
	PEVersion:        {Strength: Weak, Shape: VersionShape, Formats: []Format{PE}},
	PEProductVersion: {Strength: Weak, Shape: VersionShape, Formats: []Format{PE}},

	ELFBuildID: {Strength: Weak, Shape: HexShape, Formats: []Format{ELF}},
	ELFSoname:  {Strength: Weak, Formats: []Format{ELF}},

	DebPackage:    {Strength: Weak, Claim: true, WholeBuild: true},
	DebVersion:    {Strength: Weak, WholeBuild: true},
	DebMaintainer: {Strength: Weak, WholeBuild: true},
	DebSource:     {Strength: Weak, WholeBuild: true},
	RPMPackage:    {Strength: Weak, Claim: true, WholeBuild: true},
	RPMVendor:     {Strength: Weak, WholeBuild: true},
	PacmanPackage: {Strength: Weak, Claim: true, WholeBuild: true},
	FlatpakID:     {Strength: Weak, Claim: true, WholeBuild: true},
	FlatpakCommit: {Strength: Weak, Shape: HexShape, HexLen: 64, WholeBuild: true},
	SnapName:      {Strength: Weak, Claim: true, WholeBuild: true},
	SnapRevision:  {Strength: Weak, WholeBuild: true},
	DesktopID:     {Strength: Weak, Claim: true, WholeBuild: true},

	PackageDiffers:  {Strength: Weak},
	PackageAdded:    {Strength: Weak},
	StartOption:     {Strength: Weak},
	PackageMatches:  {Strength: Weak, WholeBuild: true},
	PackageMissing:  {Strength: Weak},
	PackageOrigin:   {Strength: Weak, WholeBuild: true},
	PackageUnlisted: {Strength: Weak, WholeBuild: true},

	UninstallName:      {Strength: Weak, Claim: true, Fold: true, WholeBuild: true},
	UninstallPublisher: {Strength: Weak, Fold: true, WholeBuild: true},
	ProductCode:        {Strength: Strong, Claim: true, Fold: true, WholeBuild: true},
	UpgradeCode:        {Strength: Strong, Claim: true, Fold: true, WholeBuild: true},
	AppXFamily:         {Strength: Weak, Claim: true, Fold: true, WholeBuild: true},
	AppXPublisher:      {Strength: Weak, Fold: true, WholeBuild: true},
	AppXDiffers:        {Strength: Weak},
	MSIProduct:         {Strength: Weak, Claim: true, Fold: true, WholeBuild: true, Formats: []Format{MSI}},
	MSIManufacturer:    {Strength: Weak, Fold: true, WholeBuild: true, Formats: []Format{MSI}},
	MSIVersion:         {Strength: Weak, Shape: VersionShape, WholeBuild: true, Formats: []Format{MSI}},
	RegistryKey:        {Strength: Weak, Fold: true, WholeBuild: true},

	BundleID:      {Strength: Strong, Claim: true, WholeBuild: true},
	BundleVersion: {Strength: Weak, Shape: VersionShape, WholeBuild: true},
	BundleBuild:   {Strength: Weak, WholeBuild: true},
	TeamID:        {Strength: Strong, Signer: true},

	AppleIdentifier:  {Strength: Weak},
	AppleSignerKind:  {Strength: Weak},
	AppleFlag:        {Strength: Weak},
	AppleRequirement: {Strength: Weak},
	AppleEntitlement: {Strength: Weak},
	AppleTicket:      {Strength: Weak, WholeBuild: true},
	AppleDiffers:     {Strength: Weak},
	AppleWritten:     {Strength: Weak},
	MachOMinOS:       {Strength: Weak, Formats: []Format{MachO}},
	MachOArch:        {Strength: Weak, Formats: []Format{MachO}},
	AsarIntegrity:    {Strength: Weak, WholeBuild: true},

	APKPackage:    {Strength: Strong, Claim: true, WholeBuild: true},
	APKLabel:      {Strength: Weak, Claim: true, WholeBuild: true},
	APKVersion:    {Strength: Weak, Shape: VersionShape, WholeBuild: true},
	APKCertSHA256: {Strength: Proof, Signer: true, Shape: HexShape, HexLen: 64, WholeBuild: true},
	APKCertSHA1:   {Strength: Proof, Signer: true, Shape: HexShape, HexLen: 40, WholeBuild: true},
	APKCertMD5:    {Strength: Proof, Signer: true, Shape: HexShape, HexLen: 32, WholeBuild: true},

	APKMinSDK:     {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKTargetSDK:  {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKDebuggable: {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKTestOnly:   {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKSplit:      {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKLocation:   {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKSharedUser: {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	LaunchLabel:   {Strength: Weak, WholeBuild: true},

	DMGVolume:    {Strength: Weak, WholeBuild: true, Formats: []Format{DMG}},
	DMGPartition: {Strength: Weak, WholeBuild: true, Formats: []Format{DMG}},

	PKGID:         {Strength: Weak, Claim: true, WholeBuild: true, Formats: []Format{PKG}},
	PKGVersion:    {Strength: Weak, Shape: VersionShape, WholeBuild: true, Formats: []Format{PKG}},
	PKGTitle:      {Strength: Weak, WholeBuild: true, Formats: []Format{PKG}},
	PKGScript:     {Strength: Weak, WholeBuild: true, Formats: []Format{PKG}},
	APKPermission: {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKService:    {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKReceiver:   {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	APKStamp:      {Strength: Weak, Shape: HexShape, HexLen: 64, WholeBuild: true, Formats: []Format{APK}},
	APKFrosting:   {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},

	AndroidFirstInstall: {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	AndroidRecordedCert: {Strength: Weak, Shape: HexShape, HexLen: 64, WholeBuild: true, Formats: []Format{APK}},
	AndroidUser:         {Strength: Weak, WholeBuild: true, Formats: []Format{APK}},
	AndroidRecordedFile: {Strength: Weak, Shape: HexShape, HexLen: 64, WholeBuild: true, Formats: []Format{APK}},

	IOSProfile: {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},
	IOSTeam:    {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},
	IOSItem:    {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},
	IOSSeller:  {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},
	IOSOrigin:  {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},
	IOSManaged: {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},
	IOSCryptID: {Strength: Weak, WholeBuild: true, Formats: []Format{IPA}},

	SignerOrganization: {Strength: Proof, Signer: true, Fold: true},
	SignerSubject:      {Strength: Weak, Signer: true, Fold: true},
	SignerSerial:       {Strength: Proof, Signer: true, Fold: true},
	SignerSHA256:       {Strength: Proof, Signer: true, Shape: HexShape, HexLen: 64},
	SignerSHA1:         {Strength: Proof, Signer: true, Shape: HexShape, HexLen: 40},
	OpenPGPFingerprint: {Strength: Proof, Signer: true},

	AsarHeader: {Strength: Weak, Shape: HexShape, HexLen: 64, Formats: []Format{ASAR}},
	AsarFiles:  {Strength: Weak, Formats: []Format{ASAR}},

	PEAsarIntegrity:   {Strength: Weak, Shape: HexShape, HexLen: 64, Formats: []Format{PE}},
	ElectronArchive:   {Strength: Weak},
	ElectronUnpacked:  {Strength: Weak},
	ElectronShadowApp: {Strength: Weak},
	ElectronCore:      {Strength: Weak},

	PlugInOf:       {Strength: Weak, Claim: true, WholeBuild: true},
	AppImageUpdate: {Strength: Weak, WholeBuild: true, Formats: []Format{AppImage}},
	AppImageKey:    {Strength: Weak, WholeBuild: true, Formats: []Format{AppImage}},

	KeywordsList:    {Strength: Weak, Claim: true, Formats: []Format{PE}},
	KeywordsEntries: {Strength: Weak, Formats: []Format{PE}},

	OriginHost: {Strength: Weak, Fold: true, WholeBuild: true},
	OriginURL:  {Strength: Weak, WholeBuild: true},

	OriginAgent: {Strength: Weak, Fold: true, WholeBuild: true},
}

// Format names what a file is. Readers yield it, the list asks for patterns and
// digests by it.
type Format string

// The formats that a file or an installed thing can have.
const (
	PE      Format = "pe"
	MSI     Format = "msi"
	MSIX    Format = "msix"
	ELF     Format = "elf"
	MachO   Format = "macho"
	App     Format = "app" // a macOS bundle
	DMG     Format = "dmg"
	PKG     Format = "pkg" // macOS installer package
	APK     Format = "apk"
	DEX     Format = "dex"
	IPA     Format = "ipa"
	Deb     Format = "deb"
	RPM     Format = "rpm"
	Zip     Format = "zip"
	Tar     Format = "tar" // plain or compressed
	ASAR    Format = "asar"
	Script  Format = "script"
	Package Format = "package" // something a package manager installed
	Unknown Format = "unknown"

	// AppImage is a Linux program with a file system behind it, SquashFS such a
	// file system alone: the file of a snap.
	AppImage Format = "appimage"
	SquashFS Format = "squashfs"
)

// Platform is a system that a build runs on.
type Platform string

// The platforms that families and pins are given for.
const (
	Windows Platform = "windows"
	MacOS   Platform = "macos"
	Linux   Platform = "linux"
	Android Platform = "android"
	IOS     Platform = "ios"
)

// Formats returns the formats in which software for p comes.
func (p Platform) Formats() []Format {
	switch p {
	case Windows:
		return []Format{PE, MSI, MSIX, Zip, ASAR, Script}
	case MacOS:
		return []Format{MachO, App, DMG, PKG, Zip, ASAR, Script}
	case Linux:
		return []Format{ELF, Deb, RPM, AppImage, SquashFS, Package, Zip, ASAR, Script}
	case Android:
		return []Format{APK, DEX, Zip}
	case IOS:
		return []Format{IPA, MachO, App}
	}
	return nil
}

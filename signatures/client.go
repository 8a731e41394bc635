package signatures

// Client is a chat program of a known maker, or a known fork or rebuild of one,
// with what is published about its identity.
type Client struct {
	ID       string
	Name     string
	Maker    string
	Homepage string
	// ForkOf is the id of the client that this one is an openly made fork of.
	ForkOf string
	// Ended is set when the maker has stopped the client altogether.
	Ended *Ended
	// Withdrawn lists versions that the maker took back.
	Withdrawn []Withdrawn
	// Claims are the ways in which a build says that it is this client. None of
	// them proves anything.
	Claims []Indicator
	Pins   []Pin
	// SharedIDs are package or bundle ids that a listed fork uses too, so that
	// another signer under this id is no contradiction by itself.
	SharedIDs []string
	// UnpublishedKeys say where else the client is given out under an id, signed
	// with a key that nobody has published, so that another signer under this id
	// is no contradiction by itself.
	UnpublishedKeys []UnpublishedKey
	Advisories      []Advisory
	GetGenuine      string // where the genuine one is to be had; empty if nowhere
	About           MessageID
	Sources         []Source
}

// Ended says when a client ended.
type Ended struct {
	Date   string
	Source int
}

// UnpublishedKey is a channel of a client whose signer nobody has published.
type UnpublishedKey struct {
	ID      string // the package or bundle id on this channel
	Channel string // as in a pin
	Source  int    // that the client is given out there
}

// Withdrawn is a set of versions that the maker took back.
type Withdrawn struct {
	Versions string // a constraint
	Platform Platform
	Reason   MessageID
	Source   int
}

// PinParty says who stands behind a pinned identity.
type PinParty string

// The parties of a pin.
const (
	ByMaker       PinParty = "maker"
	ByDistributor PinParty = "distributor" // a distribution, a store that rebuilds
	ByFork        PinParty = "fork"
)

// Pin is a published, verifiable identity of a client on one channel: a signer
// together with the product that the pin is for.
type Pin struct {
	Channel  string // "website", "microsoft-store", "play", "f-droid", "debian-12", ...
	Platform Platform
	By       PinParty
	// Signer are the alternatives of which one must be met by an intact and
	// trusted signature.
	Signer []Indicator
	// Product must all hold; "anything signed by Microsoft" is no pin.
	Product []Indicator
	// AlwaysSigned is set where the maker is known to sign every build of this
	// channel, so that an unsigned one contradicts the claim.
	AlwaysSigned   *AlwaysSigned
	RevokedSerials []string
	// Version and Programs are for distributors whose own signed release file
	// leads to the digests of the programs: every one of Programs must be there
	// with its digest. Signer is empty then.
	Version  string
	Arch     string
	Programs []Program
}

// Program is one program file of a package.
type Program struct {
	Path   string // inside the package, without a leading slash
	SHA256 string
}

// AlwaysSigned says since which version a channel is always signed.
type AlwaysSigned struct {
	Since  string // a version; empty means always
	Source int
}

// Advisory is something researchers published about the maker's own client.
type Advisory struct {
	ID           string
	Platform     Platform // empty: all
	Versions     string   // a constraint; empty: all
	Text         MessageID
	PeerExposure MessageID
	Source       int
}

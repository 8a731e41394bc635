package aptrelease

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/chatvet/chatvet/detect/sign/pgp"
)

const (
	beginMessage   = "-----BEGIN PGP SIGNED MESSAGE-----"
	beginSignature = "-----BEGIN PGP SIGNATURE-----"
	endSignature   = "-----END PGP SIGNATURE-----"

	longestRelease = 16 << 20 // Debian's are below 1 MB
	mostSignatures = 16
)

// accepted are the digests that a signature may be over, by their names in Hash
// headers (RFC 9580 sections 6.2.2 and 9.5).
var accepted = map[string]crypto.Hash{"SHA256": crypto.SHA256, "SHA384": crypto.SHA384, "SHA512": crypto.SHA512}

// message is a clear-signed text, taken apart but not verified.
type message struct {
	text      []byte // as it was signed: no dash escapes, no blanks at line ends
	armored   []byte
	announced []string // digests named in Hash headers
}

// splitMessage takes a clear-signed file apart. It is stricter than RFC 9580
// section 7 wants, and as strict as what Debian writes: the file is the message
// and nothing else, so that no reader can take for signed what is not.
func splitMessage(data []byte) (message, error) {
	if len(data) > longestRelease {
		return message{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(data))
	}
	if i := bytes.IndexFunc(data, forbidden); i >= 0 {
		return message{}, fmt.Errorf("%w: control character at byte %d", ErrMalformed, i)
	}
	line, rest, _ := bytes.Cut(data, []byte{'\n'})
	if string(line) != beginMessage {
		return message{}, fmt.Errorf("%w: it does not start as a signed message", ErrMalformed)
	}
	announced, rest, err := hashHeaders(rest)
	if err != nil {
		return message{}, err
	}
	m := message{announced: announced}
	if m.text, rest, err = signedText(rest); err != nil {
		return message{}, err
	}
	m.armored, err = signatureBlock(rest)
	return m, err
}

// forbidden is true for what a release file has no use for and readers treat in
// different ways: carriage returns, NUL, other control characters.
func forbidden(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

func hashHeaders(rest []byte) (names []string, after []byte, err error) {
	for {
		line, next, more := bytes.Cut(rest, []byte{'\n'})
		if !more {
			return nil, nil, fmt.Errorf("%w: it ends in its headers", ErrMalformed)
		}
		if rest = next; len(line) == 0 {
			return names, rest, nil
		}
		value, ok := strings.CutPrefix(string(line), "Hash: ")
		if !ok {
			return nil, nil, fmt.Errorf("%w: a header other than Hash", ErrMalformed)
		}
		for name := range strings.SplitSeq(value, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
}

// signedText returns the text up to the signature.
func signedText(rest []byte) (text, after []byte, err error) {
	for first := true; ; first = false {
		line, next, more := bytes.Cut(rest, []byte{'\n'})
		if string(line) == beginSignature {
			return text, rest, nil
		}
		if !more {
			return nil, nil, fmt.Errorf("%w: it has no signature", ErrMalformed)
		}
		rest = next
		if escaped, ok := bytes.CutPrefix(line, []byte("- ")); ok {
			line = escaped
		} else if bytes.HasPrefix(line, []byte{'-'}) {
			return nil, nil, fmt.Errorf("%w: a dash that is not escaped", ErrMalformed)
		}
		if !first {
			text = append(text, '\n')
		}
		text = append(text, bytes.TrimRight(line, " \t")...)
	}
}

// signatureBlock returns the armored signature, after which nothing may follow.
func signatureBlock(rest []byte) ([]byte, error) {
	body, after, ok := bytes.Cut(rest[len(beginSignature):], []byte("\n"+endSignature))
	if !ok {
		return nil, fmt.Errorf("%w: its signature has no end", ErrMalformed)
	}
	if bytes.Contains(body, []byte("\n-----")) {
		return nil, fmt.Errorf("%w: a block inside its signature", ErrMalformed)
	}
	if len(bytes.Trim(after, "\n")) > 0 {
		return nil, fmt.Errorf("%w: bytes after its signature", ErrMalformed)
	}
	return rest[:len(rest)-len(after)], nil
}

// verify checks every signature of a message and returns those who signed. One
// good signature is enough, signatures by unknown keys are passed over, but a
// bad one by a known key spoils the message, as it does for apt.
func (m message) verify(keys *Keyring) (signers []Signer, err error) {
	defer pgp.Recovered(&err)
	block, err := armor.Decode(bytes.NewReader(m.armored))
	if err != nil {
		return nil, fmt.Errorf("%w: armor: %w", ErrMalformed, err)
	}
	weak, invalid := false, error(nil)
	packets := packet.NewOpaqueReader(block.Body)
	for count := 0; ; count++ {
		op, err := packets.Next()
		if err == io.EOF {
			break
		}
		if err != nil || count == mostSignatures || op.Tag != signatureTag {
			return nil, fmt.Errorf("%w: the signature block (%v)", ErrMalformed, err)
		}
		sig, id, err := parseSignature(op)
		if err != nil || !keys.Knows(id) {
			continue // of a kind or by a key that we do not know
		}
		if !m.strong(sig) {
			weak = true
			continue
		}
		var raw bytes.Buffer
		if err := op.Serialize(&raw); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		signer, err := keys.VerifyOne(m.text, raw.Bytes(), sig.CreationTime)
		switch {
		case err == nil:
			signers = append(signers, signer)
		case errors.Is(err, ErrWeakDigest):
			weak = true
		case errors.Is(err, ErrKeyNotValid), errors.Is(err, ErrNotSigned):
			// It says nothing about the message, good or bad.
			invalid = err
		default:
			return nil, err
		}
	}
	switch {
	case len(signers) > 0:
		return signers, nil
	case invalid != nil:
		return nil, invalid
	case weak:
		return nil, fmt.Errorf("%w: its signature", ErrWeakDigest)
	}
	return nil, ErrNotSigned
}

const signatureTag = 2

func parseSignature(op *packet.OpaquePacket) (*packet.Signature, uint64, error) {
	p, err := op.Parse()
	if err != nil {
		return nil, 0, err
	}
	sig, ok := p.(*packet.Signature)
	if !ok || sig.IssuerKeyId == nil {
		return nil, 0, fmt.Errorf("%w: a signature without an issuer", ErrMalformed)
	}
	return sig, *sig.IssuerKeyId, nil
}

// strong is true for a text signature over a digest that is accepted and that
// the message's header announced.
func (m message) strong(sig *packet.Signature) bool {
	if sig.SigType != packet.SigTypeText {
		return false
	}
	for _, name := range m.announced {
		if h, ok := accepted[name]; ok && h == sig.Hash {
			return true
		}
	}
	return false
}

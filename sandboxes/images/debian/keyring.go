package debian

import (
	"bytes"
	"embed"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"incubator/platform/errs"
)

// keyFiles are the public archive keys of Debian 12, as the package
// debian-archive-keyring installs them.
//
//go:embed keys/*.gpg
var keyFiles embed.FS

// The keys that may sign each suite. A security key never vouches for the main
// archive, nor the other way round.
var (
	mainKeys     = []string{"debian-archive-bookworm-automatic.gpg", "debian-archive-bookworm-stable.gpg"}
	securityKeys = []string{"debian-archive-bookworm-security-automatic.gpg"}
)

// readKeys returns the embedded public keys with the given file names.
func readKeys(names []string) (openpgp.EntityList, error) {
	var ring openpgp.EntityList
	for _, name := range names {
		raw, err := keyFiles.ReadFile("keys/" + name)
		if err != nil {
			return nil, fmt.Errorf("read archive key %s: %w", name, err)
		}
		keys, err := openpgp.ReadKeyRing(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("parse archive key %s: %w", name, err)
		}
		ring = append(ring, keys...)
	}
	return ring, nil
}

// verifyClearsigned returns the signed text of an InRelease file. Only what the
// signature covers is returned: text before or after the signed block is lost.
func verifyClearsigned(raw []byte, ring openpgp.EntityList, now time.Time) ([]byte, error) {
	block, _ := clearsign.Decode(raw)
	if block == nil {
		return nil, errs.New(errs.Unavailable, "The mirror's InRelease file is not an OpenPGP-signed message. "+
			"A captive portal or a proxy may have answered in the mirror's place.")
	}
	config := &packet.Config{Time: func() time.Time { return now }}
	_, err := openpgp.CheckDetachedSignature(ring, bytes.NewReader(block.Bytes), block.ArmoredSignature.Body, config)
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "The signature of the mirror's InRelease file does not verify "+
			"against Debian's archive keys. Check this machine's clock and use another mirror")
	}
	return block.Plaintext, nil
}

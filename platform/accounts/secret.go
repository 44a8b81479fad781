package accounts

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strings"

	"incubator/platform/errs"
)

// tokenPrefix lets secret scanners recognise an API token of this platform.
const tokenPrefix = "inc_"

// secretBytes gives 256 bits, so that a plain SHA-256 is enough to store it.
const secretBytes = 32

// newSecret returns a random secret and the hash to store.
func (s *Service) newSecret(prefix string) (secret string, hash []byte, err error) {
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(s.options.Random, raw); err != nil {
		return "", nil, errs.Wrap(err, errs.Internal, "no random numbers")
	}
	secret = prefix + base64.RawURLEncoding.EncodeToString(raw)
	return secret, hashSecret(secret), nil
}

func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func joinList[T ~string](list []T) string {
	var b strings.Builder
	for i, v := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(v))
	}
	return b.String()
}

func splitList[T ~string](text string) []T {
	var out []T
	for _, v := range strings.Fields(text) {
		out = append(out, T(v))
	}
	return out
}

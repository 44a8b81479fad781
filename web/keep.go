package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
	"incubator/web/pages"
)

const (
	flashName = "flash"
	flashLife = time.Minute
)

// Keep stores a short text in the browser for life, encrypted and authenticated,
// so that the next page can show it without it being in an address: a message, or
// a secret that is shown once. The name is part of what is authenticated.
func (a *App) Keep(c *fiber.Ctx, name, value string, life time.Duration) {
	expires := a.cfg.Now().Add(life)
	plain := append(binary.BigEndian.AppendUint64(nil, uint64(expires.Unix())), value...)
	nonce := make([]byte, a.box.NonceSize())
	_, _ = rand.Read(nonce) // never fails, by its contract
	cookie := a.cookie(a.keepName(name), base64.RawURLEncoding.EncodeToString(a.box.Seal(nonce, nonce, plain, []byte(name))))
	cookie.Expires = expires
	c.Cookie(cookie)
}

// Kept returns what Keep stored under the name, "" when there is nothing, it is too
// old, or it was not made by Keep.
func (a *App) Kept(c *fiber.Ctx, name string) string {
	raw, err := base64.RawURLEncoding.DecodeString(c.Cookies(a.keepName(name)))
	n := a.box.NonceSize()
	if err != nil || len(raw) < n {
		return ""
	}
	plain, err := a.box.Open(nil, raw[:n], raw[n:], []byte(name))
	if err != nil || len(plain) < 8 {
		return ""
	}
	if a.cfg.Now().Unix() >= int64(binary.BigEndian.Uint64(plain)) {
		return ""
	}
	return string(plain[8:])
}

// TakeKept returns what Keep stored under the name and removes it from the browser.
func (a *App) TakeKept(c *fiber.Ctx, name string) string {
	value := a.Kept(c, name)
	if c.Cookies(a.keepName(name)) != "" {
		a.Forget(c, name)
	}
	return value
}

// Forget removes what Keep stored under the name.
func (a *App) Forget(c *fiber.Ctx, name string) {
	cookie := a.cookie(a.keepName(name), "")
	cookie.Expires = time.Unix(0, 0)
	c.Cookie(cookie)
	c.Request().Header.DelCookie(a.keepName(name)) // the rest of this request no longer sees it
}

// Flash shows a message on the next page that the browser gets.
func (a *App) Flash(c *fiber.Ctx, messages ...pages.Flash) {
	raw, err := json.Marshal(messages)
	if err != nil {
		return // plain strings always marshal
	}
	a.Keep(c, flashName, string(raw), flashLife)
}

func (a *App) takeFlash(c *fiber.Ctx) (messages []pages.Flash) {
	if raw := a.TakeKept(c, flashName); raw != "" {
		_ = json.Unmarshal([]byte(raw), &messages) // ours, as the seal has proven
	}
	return messages
}

// newKeepBox derives its key from the secret, apart from the one of form tokens.
func newKeepBox(secret []byte) (cipher.AEAD, error) {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("kept cookie\x00"))
	block, err := aes.NewCipher(h.Sum(nil))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (a *App) keepName(name string) string {
	if a.secure() {
		return "__Host-" + name
	}
	return name
}

// StatusOf returns the HTTP status that an error is answered with.
func StatusOf(err error) int { return statuses[errs.CodeOf(err)] }

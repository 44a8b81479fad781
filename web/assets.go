package web

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
)

const themeCookie = "theme"

// serveAsset sends an embedded asset. Its name holds its hash, so a browser
// may keep it for a year; the name is the entity tag as well.
func (a *App) serveAsset(c *fiber.Ctx) error {
	asset := a.assets.Get(c.Params("name"))
	if asset == nil {
		return errs.New(errs.NotFound, "There is no such asset.")
	}
	body, coding := asset.Plain, ""
	switch {
	case asset.Brotli != nil && accepts(c, "br"):
		body, coding = asset.Brotli, "br"
	case asset.Gzip != nil && accepts(c, "gzip"):
		body, coding = asset.Gzip, "gzip"
	}
	tag := `"` + asset.Name + `"`
	if coding != "" {
		tag = `"` + asset.Name + "+" + coding + `"`
	}
	c.Set(fiber.HeaderContentType, asset.Type)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, tag)
	if asset.Brotli != nil {
		c.Vary(fiber.HeaderAcceptEncoding)
	}
	if MatchesTag(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if coding != "" {
		c.Set(fiber.HeaderContentEncoding, coding)
	}
	// The embedded bytes are constant, so they are sent without a copy.
	c.Response().SetBodyRaw(body)
	return nil
}

// setTheme remembers light or dark for readers without script.
func (a *App) setTheme(c *fiber.Ctx) error {
	theme := c.FormValue("theme")
	if theme != "light" && theme != "dark" {
		return errs.Field("theme", "The theme is light or dark.")
	}
	cookie := a.cookie(themeCookie, theme)
	cookie.MaxAge = 365 * 24 * 60 * 60
	cookie.HTTPOnly = false // the theme button writes it too
	c.Cookie(cookie)
	return c.Redirect(LocalPath(c.FormValue("back")), fiber.StatusSeeOther)
}

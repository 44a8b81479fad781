package api

import (
	"bytes"
	"context"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/idempotency"
	"incubator/web"
)

const headerKey = "Idempotency-Key"

// idempotent runs a POST in one transaction with its answer when the client sent
// a key, and repeats the answer when it sends the request again. An answer that
// is an error is not kept: it had no effect.
func (a *API) idempotent(id string, next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		text := c.Get(headerKey)
		if text == "" {
			return next(c)
		}
		key, err := idempotency.NewKey(web.Caller(c).User.ID, id, text)
		if err != nil {
			return err
		}
		body := bytes.Clone(c.Request().Body())
		request := idempotency.RequestOf([]byte(c.OriginalURL()), body)
		outer := c.UserContext()
		answer, _, err := a.Idempotency.Do(outer, key, request, func(ctx context.Context) (idempotency.Answer, error) {
			defer c.SetUserContext(outer)
			c.SetUserContext(ctx)
			c.Request().SetBody(body)
			if err := next(c); err != nil {
				return idempotency.Answer{}, err
			}
			return answerOf(c), nil
		})
		if err != nil {
			return err
		}
		return send(c, answer)
	}
}

func answerOf(c *fiber.Ctx) idempotency.Answer {
	res := c.Response()
	return idempotency.Answer{Status: res.StatusCode(), Body: bytes.Clone(res.Body()),
		ContentType: string(res.Header.ContentType()), Location: string(res.Header.Peek(fiber.HeaderLocation))}
}

func send(c *fiber.Ctx, answer idempotency.Answer) error {
	if answer.Location != "" {
		c.Set(fiber.HeaderLocation, answer.Location)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if answer.ContentType != "" {
		c.Set(fiber.HeaderContentType, answer.ContentType)
	}
	return c.Status(answer.Status).Send(answer.Body)
}

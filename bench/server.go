package main

import (
	"context"
	"errors"
	"net"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/scenarios"
	"incubator/scoring"
	"incubator/web"
)

// serve answers on a loopback port with the routes that are measured, behind the
// product's own guards, until the returned function is called.
func (p *platform) serve(routes ...web.Route) (address string, stop func() error, err error) {
	app, err := web.New(web.Config{Log: p.log}, web.Services{
		Accounts: p.accounts, Events: p.events, Scenarios: p.scenarios, Scoring: p.scoring,
	}, routes...)
	if err != nil {
		return "", nil, err
	}
	return listen(app.Fiber())
}

func listen(app *fiber.App) (address string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(listener) }()
	stop = func() error { return errors.Join(app.ShutdownWithContext(context.Background()), <-ended) }
	return listener.Addr().String(), stop, nil
}

// submissionRoute takes a results submission as the request's body.
func (p *platform) submissionRoute(phaseID string) web.Route {
	return web.Route{
		Method: fiber.MethodPost, Path: "/bench/submissions", Roles: []accounts.Role{web.SignedIn}, Scope: accounts.ScopeSubmissionsWrite,
		Kind: web.KindAPI, Operation: "bench.submit", Upload: true, BodyLimit: 1 << 30,
		Handler: func(c *fiber.Ctx) error {
			by := web.Caller(c)
			sub, err := p.scoring.Submit(c.UserContext(), by, scoring.SubmitRequest{
				PhaseID: phaseID, TeamID: by.Teams[0].TeamID, Kind: scenarios.Results,
				FileName: "predictions.csv", Body: c.Context().RequestBodyStream(),
			})
			if err != nil {
				return err
			}
			return c.Status(fiber.StatusCreated).JSON(fiber.Map{"id": sub.ID, "number": sub.Number})
		},
	}
}

// boardRoute sends the cached board.
func (p *platform) boardRoute(phaseID string) web.Route {
	return web.Route{
		Method: fiber.MethodGet, Path: "/bench/leaderboard", Roles: []accounts.Role{web.Anyone},
		Kind: web.KindAPI, Operation: "bench.leaderboard",
		Handler: func(c *fiber.Ctx) error {
			phase, err := p.scenarios.Phase(c.UserContext(), phaseID)
			if err != nil {
				return err
			}
			board, err := p.scoring.Board(c.UserContext(), web.Caller(c), phase)
			if err != nil {
				return err
			}
			c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
			c.Set(fiber.HeaderETag, board.ETag)
			return c.Send(board.JSON)
		},
	}
}

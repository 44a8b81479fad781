package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/config"
	"incubator/platform/errs"
	"incubator/platform/events"
	"incubator/sandboxes/docker/setup"
	"incubator/scenarios"
	"incubator/scenarios/pack"
	"incubator/scoring"
)

// localPlatform is a whole platform in a folder that ends with the command, so
// that the local runner works with the very code of the server.
type localPlatform struct {
	*platform
	dir  string
	user accounts.Principal
	team accounts.Team
}

// engineFlags say which engine a local command uses.
type engineFlags struct {
	EngineHost string `env:"INCUBATOR_ENGINE_HOST,DOCKER_HOST" placeholder:"URL" help:"Docker Engine to run on; by default the one that answers."`
	Runtime    string `enum:"auto,runc,runsc" default:"auto" help:"Sandbox runtime: auto takes gVisor (runsc) where the engine has it."`
}

func openLocal(ctx context.Context, flags engineFlags, log *slog.Logger) (_ *localPlatform, err error) {
	engine, err := setup.New(defaultDataDir).Find(ctx, flags.EngineHost)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "incubator-run-")
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "a temporary folder cannot be made")
	}
	l := &localPlatform{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close(ctx))
		}
	}()
	l.platform, err = openPlatform(ctx, config.Config{
		DataDir: dir, EngineHost: engine.Host, Runtime: flags.Runtime, Workers: 2,
	}, log)
	if err != nil {
		return nil, err
	}
	if err := l.populate(ctx); err != nil {
		return nil, err
	}
	if err := l.sandboxes.Start(ctx); err != nil {
		return nil, err
	}
	return l, l.jobs.Start(ctx)
}

// populate makes the one user and the one team that submit.
func (l *localPlatform) populate(ctx context.Context) error {
	user, err := l.accounts.CreateUser(ctx, accounts.System(), accounts.NewUser{
		Email: "local@localhost.localdomain", Name: "Local runner", Password: rand.Text(),
	}, []accounts.Role{accounts.Participant, accounts.Organiser})
	if err != nil {
		return err
	}
	l.user = accounts.Principal{User: user}
	l.team, err = l.accounts.FoundTeam(ctx, l.user, accounts.NewTeam{Name: "Local"})
	l.user.Teams = []accounts.Membership{{TeamID: l.team.ID, Name: l.team.Name, Captain: true}}
	return err
}

// Close removes everything that the platform put on the engine and on the disk.
func (l *localPlatform) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var all error
	if l.platform != nil {
		all = errors.Join(l.jobs.Stop(ctx), l.sandboxes.Stop(ctx), l.sandboxes.Purge(ctx), l.platform.Close())
	}
	return errors.Join(all, os.RemoveAll(l.dir))
}

// publish makes the pack's phases open now and without limits: a local run is for
// its author alone.
func (l *localPlatform) publish(ctx context.Context, p *pack.Pack) (*scenarios.Challenge, error) {
	open := *p
	open.Spec.Phases = append([]scenarios.PhaseSpec{}, p.Spec.Phases...)
	for i := range open.Spec.Phases {
		phase := &open.Spec.Phases[i]
		phase.Opens, phase.Closes, phase.Freezes = "+0h", "+1d", ""
		phase.Limits, phase.Carry = scenarios.PhaseLimits{}, scenarios.CarryNone
	}
	return l.publisher.Publish(ctx, l.user.Actor(), &open)
}

// submit hands the file in and waits for the end of its run. onStep is told what
// happens meanwhile.
func (l *localPlatform) submit(ctx context.Context, phase scenarios.Phase, kind scenarios.Kind, file *localFile, onStep func(string)) (*scoring.SubmissionView, error) {
	body, err := file.open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	sub, err := l.scoring.Submit(ctx, l.user, scoring.SubmitRequest{
		PhaseID: phase.ID, TeamID: l.team.ID, Kind: kind, FileName: file.name, Body: body,
	})
	if err != nil {
		return nil, err
	}
	return l.await(ctx, sub.ID, onStep)
}

func (l *localPlatform) await(ctx context.Context, id string, onStep func(string)) (*scoring.SubmissionView, error) {
	changes := l.events.Subscribe(0, events.SubmissionTopic(id))
	defer changes.Close()
	for {
		view, err := l.scoring.View(ctx, l.user, id)
		if err != nil || view.State.Final() {
			return view, err
		}
		if onStep != nil && len(view.Runs) > 0 {
			onStep(string(view.State) + " " + view.Runs[0].Step)
		}
		select {
		case <-changes.Events():
		case <-time.After(time.Second): // a dropped event must not stall the command
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

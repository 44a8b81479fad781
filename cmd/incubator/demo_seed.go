package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scenarios/library"
	"incubator/scenarios/pack"
	"incubator/scoring"
)

// demo fills a platform with challenges, teams and submissions that really run.
type demo struct {
	*platform
	streams    *Streams
	bars       *progress
	challenges map[string]*scenarios.Challenge // by the name of the pack
	packs      map[string]*pack.Pack
}

// seed makes what is missing. A start that was interrupted is completed by the
// next one.
func (d *demo) seed(ctx context.Context) error {
	if _, err := os.Stat(d.accountsFile()); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, seedTimeout)
	defer cancel()
	if err := d.publishAll(ctx); err != nil {
		return err
	}
	lines, err := d.createStaff(ctx)
	if err != nil {
		return err
	}
	submissions, captain, err := d.submitAll(ctx)
	if err != nil {
		return err
	}
	if err := d.awaitAll(ctx, submissions); err != nil {
		return err
	}
	// Last, since this file says that the demo is complete.
	if err := os.WriteFile(d.accountsFile(), []byte(captain+lines), 0o600); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the demo's accounts cannot be written down")
	}
	return nil
}

func (d *demo) publishAll(ctx context.Context) error {
	d.challenges, d.packs = map[string]*scenarios.Challenge{}, map[string]*pack.Pack{}
	names := library.Names()
	for i, name := range names {
		d.bars.report("Generating the data of "+name, int64(i), int64(len(names)))
		folder := filepath.Join(d.config.DataDir, "packs", name)
		if _, err := os.Stat(folder); err != nil {
			if err := library.Write(name, folder); err != nil {
				return err
			}
		}
		p, err := pack.Build(ctx, folder, library.Generate, nil)
		if err != nil {
			return err
		}
		d.packs[name] = p
		if d.challenges[name], err = d.scenarios.ChallengeBySlug(ctx, p.Spec.Slug); err == nil {
			continue // published by a start that was interrupted
		}
		if d.challenges[name], err = d.publisher.Publish(ctx, accounts.System().Actor(), p); err != nil {
			return err
		}
	}
	d.bars.done()
	return nil
}

// createStaff makes one account for each role beside participant.
func (d *demo) createStaff(ctx context.Context) (lines string, err error) {
	var out strings.Builder
	for _, role := range accounts.Roles() {
		if role == accounts.Participant {
			continue
		}
		word := string(role)
		password, err := d.account(ctx, word+"@incubator.example", strings.ToUpper(word[:1])+word[1:]+" (demo)", nil, role)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "%-14s %s@incubator.example  %s\n", word, word, password)
	}
	return out.String(), nil
}

// account creates an account, or gives an existing one a new password.
func (d *demo) account(ctx context.Context, email, name string, org *accounts.NewOrganization, roles ...accounts.Role) (password string, err error) {
	password = strings.ToLower(rand.Text()[:16])
	_, err = d.accounts.CreateUser(ctx, accounts.System(), accounts.NewUser{
		Email: email, Name: name, Password: password, Organization: org,
	}, roles)
	if errs.Is(err, errs.Conflict) {
		user, err := d.accounts.UserByEmail(ctx, email)
		if err != nil {
			return "", err
		}
		return password, d.accounts.SetPassword(ctx, accounts.System(), user.ID, password)
	}
	return password, err
}

// submitAll hands in every team's work and returns the ids, and the line of the
// account that a visitor tries the participant's side with.
func (d *demo) submitAll(ctx context.Context) (ids []string, captain string, err error) {
	for i, team := range demoTeams() {
		password, err := d.account(ctx, team.email, team.captain, &accounts.NewOrganization{Name: team.organization, Kind: team.kind}, accounts.Participant)
		if err != nil {
			return nil, "", err
		}
		if i == 0 {
			captain = fmt.Sprintf("%-14s %s  %s\n", accounts.Participant, team.email, password)
		}
		by, teamID, err := d.found(ctx, team)
		if err != nil {
			return nil, "", err
		}
		for _, work := range team.work {
			id, err := d.submit(ctx, by, teamID, work)
			if err != nil {
				return nil, "", fmt.Errorf("%s, %s: %w", team.name, work.name, err)
			}
			ids = append(ids, id)
		}
	}
	return ids, captain, nil
}

// found returns the captain and the team, which it founds unless it is there.
func (d *demo) found(ctx context.Context, team demoTeam) (by accounts.Principal, teamID string, err error) {
	user, err := d.accounts.UserByEmail(ctx, team.email)
	if err != nil {
		return by, "", err
	}
	by = accounts.Principal{User: user}
	founded, err := d.accounts.FoundTeam(ctx, by, accounts.NewTeam{Name: team.name, OrganizationID: user.OrganizationID})
	if errs.Is(err, errs.Conflict) {
		founded, err = d.teamByName(ctx, team.name)
	}
	by.Teams = []accounts.Membership{{TeamID: founded.ID, Name: founded.Name, Captain: true}}
	return by, founded.ID, err
}

func (d *demo) teamByName(ctx context.Context, name string) (accounts.Team, error) {
	teams, err := d.accounts.Teams(ctx, "", 100)
	if err != nil {
		return accounts.Team{}, err
	}
	for _, team := range teams {
		if team.Name == name {
			return team, nil
		}
	}
	return accounts.Team{}, errs.New(errs.NotFound, "there is no team %s", name)
}

func (d *demo) submit(ctx context.Context, by accounts.Principal, teamID string, work demoWork) (string, error) {
	archive, err := work.archive(ctx, d.packs[work.pack])
	if err != nil {
		return "", err
	}
	phase := d.challenges[work.pack].Phases[0]
	sub, err := d.scoring.Submit(ctx, by, scoring.SubmitRequest{
		PhaseID: phase.ID, TeamID: teamID, Kind: scenarios.Code, Name: work.name, FileName: work.name + ".tar", Body: archive,
	})
	if err != nil {
		return "", err
	}
	return sub.ID, nil
}

// awaitAll waits until every submission has been run and scored.
func (d *demo) awaitAll(ctx context.Context, ids []string) error {
	local := &localPlatform{platform: d.platform, user: accounts.System()}
	for i, id := range ids {
		d.bars.report("Running the teams' submissions in sandboxes", int64(i), int64(len(ids)))
		view, err := local.await(ctx, id, nil)
		if err != nil {
			return err
		}
		if run := view.Runs[0]; run.State != scoring.Scored {
			fmt.Fprintf(d.streams.Err, "demo: %s ended as %s: %s %s\n", view.Name, run.State, run.Cause, run.Detail)
		}
	}
	d.bars.done()
	return nil
}

package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"incubator/platform/accounts"
	"incubator/platform/config"
	"incubator/platform/errs"
)

// UserCmd manages accounts from the platform's own machine, for administrators
// who cannot sign in.
type UserCmd struct {
	Add     UserAddCmd     `cmd:"" help:"Create an account."`
	List    UserListCmd    `cmd:"" help:"List accounts."`
	Disable UserDisableCmd `cmd:"" help:"Keep an account from signing in; ends its sessions."`
}

// UserAddCmd creates an account.
type UserAddCmd struct {
	config.Config
	Email    string   `arg:"" help:"Address to sign in with."`
	Name     string   `required:"" help:"Full name."`
	Role     []string `default:"participant" help:"Role; may be repeated: administrator, organiser, trainer, evaluator, participant, partner, observer."`
	Generate bool     `help:"Make a password and print it, instead of asking for one."`
}

// Help shows examples.
func (*UserAddCmd) Help() string {
	return `Examples:
  incubator user add ana@example.org --name "Ana Silva" --role organiser
  incubator user add bot@example.org --name Bot --generate

The password is read from the terminal, or from standard input.`
}

// Run creates the account.
func (c *UserAddCmd) Run(ctx context.Context, streams *Streams) error {
	password, err := c.password(streams)
	if err != nil {
		return err
	}
	roles := make([]accounts.Role, len(c.Role))
	for i, role := range c.Role {
		roles[i] = accounts.Role(role)
	}
	return withAccounts(ctx, c.Config, func(s *accounts.Service) error {
		user, err := s.CreateUser(ctx, accounts.System(), accounts.NewUser{Email: c.Email, Name: c.Name, Password: password}, roles)
		if err != nil {
			return err
		}
		fmt.Fprintf(streams.Out, "created %s (%s)\n", user.Email, user.ID)
		if c.Generate {
			fmt.Fprintf(streams.Out, "password %s\n", password)
		}
		return nil
	})
}

func (c *UserAddCmd) password(streams *Streams) (string, error) {
	if c.Generate {
		return rand.Text(), nil
	}
	if stdin := int(os.Stdin.Fd()); term.IsTerminal(stdin) {
		fmt.Fprint(streams.Err, "Password: ")
		typed, err := term.ReadPassword(stdin)
		fmt.Fprintln(streams.Err)
		return string(typed), err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", errs.New(errs.Invalid, "give a password on standard input, or use --generate")
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// withAccounts opens the accounts of a platform that does not have to run.
func withAccounts(ctx context.Context, c config.Config, fn func(*accounts.Service) error) error {
	p := &platform{config: c, log: slog.New(slog.DiscardHandler)}
	defer p.Close()
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the data folder cannot be made")
	}
	if err := p.openData(ctx); err != nil {
		return err
	}
	return fn(p.accounts)
}

// UserListCmd lists accounts.
type UserListCmd struct {
	config.Config
	Search string `help:"Part of a name or address."`
	JSON   bool   `name:"json" help:"Print one JSON object a line."`
}

// Help shows an example.
func (*UserListCmd) Help() string { return "Example:\n  incubator user list --search example.org" }

// userOutput is the stable form of --json.
type userOutput struct {
	ID       string          `json:"id"`
	Email    string          `json:"email"`
	Name     string          `json:"name"`
	Roles    []accounts.Role `json:"roles"`
	Disabled bool            `json:"disabled"`
	Created  time.Time       `json:"created_at"`
}

// Run prints every account that matches.
func (c *UserListCmd) Run(ctx context.Context, streams *Streams) error {
	return withAccounts(ctx, c.Config, func(s *accounts.Service) error {
		table := tabwriter.NewWriter(streams.Out, 0, 4, 2, ' ', 0)
		defer table.Flush()
		lines := json.NewEncoder(streams.Out)
		for after := ""; ; {
			users, err := s.Users(ctx, accounts.System(), c.Search, after, 100)
			if err != nil || len(users) == 0 {
				return err
			}
			for _, u := range users {
				if c.JSON {
					if err := lines.Encode(userOutput{u.ID, u.Email, u.Name, u.Roles, u.Disabled(), u.CreatedAt}); err != nil {
						return err
					}
					continue
				}
				state := ""
				if u.Disabled() {
					state = "disabled"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", u.Email, u.Name, joinRoles(u.Roles), state)
			}
			after = users[len(users)-1].ID
		}
	})
}

func joinRoles(roles []accounts.Role) string {
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	return strings.Join(words, ", ")
}

// UserDisableCmd disables an account.
type UserDisableCmd struct {
	config.Config
	Email string `arg:"" help:"Address of the account."`
	Undo  bool   `help:"Enable it again."`
}

// Help shows an example.
func (*UserDisableCmd) Help() string { return "Example:\n  incubator user disable ana@example.org" }

// Run disables or enables the account.
func (c *UserDisableCmd) Run(ctx context.Context, streams *Streams) error {
	return withAccounts(ctx, c.Config, func(s *accounts.Service) error {
		user, err := s.UserByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		change, word := s.Disable, "disabled"
		if c.Undo {
			change, word = s.Enable, "enabled"
		}
		if user, err = change(ctx, accounts.System(), user.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(streams.Out, "%s %s\n", word, user.Email)
		return err
	})
}

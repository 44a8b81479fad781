package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/files"
	"incubator/scenarios"
)

const (
	slug  = "bench"
	phase = "open"
	truth = "id,label\n1,1\n2,0\n"
	guess = "id,score\n1,0.75\n2,0.25\n"
)

// publish makes a challenge with one open phase without limits. edit may change
// its specification.
func (p *platform) publish(ctx context.Context, edit func(*scenarios.Publication)) (*scenarios.Challenge, error) {
	input, err := p.store(ctx, map[string]string{"input.csv": "id\n1\n2\n"})
	if err != nil {
		return nil, err
	}
	reference, err := p.store(ctx, map[string]string{"truth.csv": truth})
	if err != nil {
		return nil, err
	}
	publication := scenarios.Publication{
		Spec:     specification(),
		DataSets: []scenarios.DataSet{{Name: "test", Title: "Test", Visibility: scenarios.Hidden, Input: input, Truth: reference}},
	}
	if edit != nil {
		edit(&publication)
	}
	return p.scenarios.Publish(ctx, accounts.System().Actor(), publication)
}

func specification() scenarios.Spec {
	return scenarios.Spec{
		Format: scenarios.FormatChallenge, Slug: slug, Title: "Benchmark", Area: scenarios.DataFusion,
		DataSets: []scenarios.DataSetSpec{{Name: "test", Title: "Test", Visibility: scenarios.Hidden}},
		Kinds: map[scenarios.Kind]scenarios.KindSpec{
			scenarios.Results: {MaxSize: 1 << 20, Files: []scenarios.FileSpec{{Name: "predictions.csv", Columns: []string{"id", "score"}}}},
			scenarios.Code:    {MaxSize: 1 << 20, Runtime: "static"},
		},
		Run: scenarios.RunLimits{CPUs: 1, Memory: 64 << 20, Time: scenarios.Duration(time.Minute), Output: 1 << 20},
		Grading: scenarios.Grading{
			Truth: "truth.csv", Prediction: "predictions.csv",
			Metrics: []scenarios.Metric{{Name: "roc_auc", Key: "roc_auc", Title: "ROC-AUC", Direction: scenarios.Higher, Primary: true}},
		},
		Phases: []scenarios.PhaseSpec{{
			Name: phase, Title: "Open", Opens: "+0h", Closes: "+1d", DataSet: "test", Selection: scenarios.Best,
			Board: scenarios.Always, Show: scenarios.Show{Scores: scenarios.Always, Logs: scenarios.Always, Output: scenarios.Always},
		}},
	}
}

// store keeps a tar archive of the files.
func (p *platform) store(ctx context.Context, content map[string]string) (files.Blob, error) {
	archive, err := tarOf(content)
	if err != nil {
		return files.Blob{}, err
	}
	return p.files.Put(ctx, bytes.NewReader(archive), 1<<30)
}

func tarOf(content map[string]string) ([]byte, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, text := range content {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(text)), Format: tar.FormatPAX}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return nil, err
		}
	}
	err := w.Close() // writes the end, so it comes before the bytes are taken
	return archive.Bytes(), err
}

// enrol makes a user with a team of one, and a token that may submit and read.
func (p *platform) enrol(ctx context.Context) (by accounts.Principal, token string, err error) {
	user, err := p.accounts.CreateUser(ctx, accounts.System(), accounts.NewUser{
		Email: "bench@localhost.localdomain", Name: "Benchmark", Password: rand.Text(),
	}, []accounts.Role{accounts.Participant})
	if err != nil {
		return by, "", err
	}
	by = accounts.Principal{User: user}
	team, err := p.accounts.FoundTeam(ctx, by, accounts.NewTeam{Name: "Benchmark"})
	if err != nil {
		return by, "", err
	}
	by.Teams = []accounts.Membership{{TeamID: team.ID, Name: team.Name, Captain: true}}
	session := by
	session.SessionID = "bench"
	token, _, err = p.accounts.CreateToken(ctx, session, accounts.NewToken{
		Name: "bench", Scopes: []accounts.Scope{accounts.ScopeSubmissionsRead, accounts.ScopeSubmissionsWrite}, Life: 24 * time.Hour,
	})
	return by, token, err
}

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"incubator/platform/db"
)

const (
	connections  = 32
	resultsBytes = 1024
)

// measureAccept compares the rate of durable submissions from 32 connections with
// the rate at which one writer commits single rows with the same settings on the
// same file system. No run is worked meanwhile: the queue is not started.
func measureAccept(ctx context.Context, o options) ([]figure, error) {
	p, err := openPlatform(ctx, wiring{})
	if err != nil {
		return nil, err
	}
	defer p.close()
	if _, err := p.publish(ctx, nil); err != nil {
		return nil, err
	}
	_, token, err := p.enrol(ctx)
	if err != nil {
		return nil, err
	}
	address, stop, err := p.serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	rows, err := openRows(ctx, filepath.Join(p.dir, "rows.db"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return p.acceptRounds(ctx, o, rows, []string{"submitters", "http://" + address + phaseURL + "/submissions?kind=results&file_name=predictions.csv", token})
}

// acceptRounds lets both sides take turns.
func (p *platform) acceptRounds(ctx context.Context, o options, rows *rowWriter, client []string) ([]figure, error) {
	rounds, each := 20, 600*time.Millisecond
	if o.quick {
		rounds, each = 2, 500*time.Millisecond
	}
	var accepted, committed rate
	before := p.db.Stats()
	for range rounds {
		var r rate
		if err := inChild(ctx, &r, append(client, each.String())...); err != nil {
			return nil, err
		}
		accepted.add(r)
		r, err := rows.write(ctx, each)
		if err != nil {
			return nil, err
		}
		committed.add(r)
	}
	after := p.db.Stats()
	if err := p.checkAccepted(ctx, accepted.Count); err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%.0f submissions/s, %.0f commits/s, %.1f calls share a commit", accepted.perSecond(), committed.perSecond(),
		float64(after.Calls-before.Calls)/float64(max(after.Commits-before.Commits, 1)))
	return []figure{{
		Name: "submissions over single-row commits", Unit: "×", AtLeast: 1, Note: note,
		Value: accepted.perSecond() / committed.perSecond(),
	}}, nil
}

// checkAccepted makes sure that what was answered is there, with its run and job.
func (p *platform) checkAccepted(ctx context.Context, count int) error {
	var stored int
	err := p.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM submissions s JOIN runs r ON r.submission_id = s.id
		JOIN files_small f ON f.sha256 = s.file_sha256
		WHERE r.id IN (SELECT json_extract(args, '$.run_id') FROM river_job)`).Scan(&stored)
	if err == nil && stored < count {
		err = fmt.Errorf("%d submissions were accepted, %d are stored", count, stored)
	}
	return err
}

// rate is how often something was done in how long.
type rate struct {
	Count   int     `json:"count"`
	Seconds float64 `json:"seconds"`
}

func (r *rate) add(other rate) { r.Count, r.Seconds = r.Count+other.Count, r.Seconds+other.Seconds }

func (r rate) perSecond() float64 { return float64(r.Count) / r.Seconds }

// rowWriter is the other side: database/sql alone on a connection with the
// product's settings.
type rowWriter struct {
	db   *db.DB
	stmt *sql.Stmt
	next int
}

func openRows(ctx context.Context, path string) (*rowWriter, error) {
	d, err := db.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	w := &rowWriter{db: d}
	if _, err = d.Pool().ExecContext(ctx, `CREATE TABLE rows (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)`); err == nil {
		w.stmt, err = d.Pool().PrepareContext(ctx, `INSERT INTO rows (id, at) VALUES (?, ?)`)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return w, nil
}

// Close ends the writer.
func (w *rowWriter) Close() error { return errors.Join(w.stmt.Close(), w.db.Close()) }

func (w *rowWriter) write(ctx context.Context, d time.Duration) (rate, error) {
	begin, count := time.Now(), 0
	for time.Since(begin) < d {
		w.next++
		if _, err := w.stmt.ExecContext(ctx, w.next, begin.UnixMicro()); err != nil {
			return rate{}, err
		}
		count++
	}
	return rate{count, time.Since(begin).Seconds()}, nil
}

// submitters is the client: connections that submit one table after the other.
// Arguments: URL, token, duration.
func submitters(_ context.Context, args []string) (any, error) {
	d, err := time.ParseDuration(args[2])
	if err != nil {
		return nil, err
	}
	seed := time.Now().UnixNano()
	var serial atomic.Int64
	return hammer(args[0], d, func(r *fasthttp.Request, body *bytes.Buffer) {
		r.Header.SetMethod(fasthttp.MethodPost)
		r.Header.Set("Authorization", "Bearer "+args[1])
		r.Header.SetContentType("application/octet-stream")
		table(body, seed+serial.Add(1))
		r.SetBodyRaw(body.Bytes())
	}, fasthttp.StatusCreated)
}

// table writes a results file of about a kilobyte that no other is equal to.
func table(b *bytes.Buffer, serial int64) {
	b.Reset()
	b.WriteString("id,score\n")
	for id := 1; b.Len() < resultsBytes; id++ {
		b.WriteString(strconv.Itoa(id))
		b.WriteString(",0.")
		b.WriteString(strconv.FormatInt(serial, 10))
		b.WriteByte('\n')
	}
}

// hammer sends requests one after the other on each connection.
func hammer(url string, d time.Duration, fill func(*fasthttp.Request, *bytes.Buffer), want int) (rate, error) {
	client := &fasthttp.Client{MaxConnsPerHost: connections, NoDefaultUserAgentHeader: true}
	var count atomic.Int64
	var failure atomic.Pointer[error]
	var group sync.WaitGroup
	begin := time.Now()
	for range connections {
		group.Go(func() {
			request, response, body := fasthttp.AcquireRequest(), fasthttp.AcquireResponse(), new(bytes.Buffer)
			for time.Since(begin) < d && failure.Load() == nil {
				request.SetRequestURI(url)
				fill(request, body)
				err := client.Do(request, response)
				if err == nil && response.StatusCode() != want {
					err = fmt.Errorf("%s answers %d: %s", url, response.StatusCode(), response.Body())
				}
				if err != nil {
					failure.Store(&err)
					return
				}
				count.Add(1)
			}
		})
	}
	group.Wait()
	if err := failure.Load(); err != nil {
		return rate{}, *err
	}
	return rate{int(count.Load()), time.Since(begin).Seconds()}, nil
}

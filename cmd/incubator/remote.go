package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"incubator/platform/errs"
	"incubator/web"
	"incubator/web/api"
)

// remoteFlags name a server and who calls it.
type remoteFlags struct {
	Server string `env:"INCUBATOR_SERVER" required:"" placeholder:"URL" help:"Address of the platform, such as https://incubator.example."`
	Token  string `env:"INCUBATOR_TOKEN" placeholder:"TOKEN" help:"API token, made on the account page. Better in the environment than on the command line."`
}

// remote is a client of a platform's API.
type remote struct {
	base  string
	token string
	http  *http.Client
	pause time.Duration // before the second try of an upload
	poll  time.Duration // while waiting for a run
}

func (f remoteFlags) client() (*remote, error) {
	u, err := url.Parse(f.Server)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errs.New(errs.Invalid, "%q is no server address; write it like https://incubator.example", f.Server)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 2 * time.Minute // an upload is checked before it is answered
	return &remote{base: u.Scheme + "://" + u.Host + api.Prefix, token: f.Token, http: &http.Client{Transport: transport},
		pause: retryPause, poll: pollPause}, nil
}

// request is one call. Body is opened anew for each attempt; size is -1 where it
// is not known.
type request struct {
	method, path string
	body         func() (io.ReadCloser, error)
	size         int64
	headers      map[string]string
}

// send returns the answer, whose body the caller closes, when it is a good one.
// A refusal has the code and the words of its problem details.
func (r *remote) send(ctx context.Context, q request) (*http.Response, error) {
	var body io.ReadCloser
	if q.body != nil {
		var err error
		if body, err = q.body(); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, q.method, r.base+q.path, body)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "%s cannot be asked for %s", r.base, q.path)
	}
	if body != nil {
		req.ContentLength = q.size
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for name, value := range q.headers {
		req.Header.Set(name, value)
	}
	res, err := r.http.Do(req)
	if err != nil {
		return nil, unreachable(ctx, r.base, err)
	}
	if res.StatusCode < http.StatusBadRequest {
		return res, nil
	}
	defer res.Body.Close()
	return nil, problemIn(res)
}

// unreachable tells a fault of our own file from a server that does not answer.
func unreachable(ctx context.Context, base string, err error) error {
	var own *errs.Error
	if errors.As(err, &own) {
		return own
	}
	if ctx.Err() != nil {
		return errs.Wrap(ctx.Err(), errs.Unavailable, "stopped before the server answered")
	}
	return errs.Wrap(err, errs.Unavailable, "the server %s does not answer: %v", strings.TrimSuffix(base, api.Prefix), errors.Unwrap(err))
}

// problemIn reads problem details. What answers something else is no platform,
// or a proxy before it.
func problemIn(res *http.Response) error {
	var p web.Problem
	data, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || json.Unmarshal(data, &p) != nil || p.Code == "" {
		code := errs.Invalid
		if res.StatusCode >= http.StatusInternalServerError {
			code = errs.Unavailable
		}
		return errs.New(code, "%s answered %s", res.Request.URL.Host, res.Status)
	}
	e := errs.New(p.Code, "%s", firstText(p.Detail, p.Title))
	if p.Code == errs.Internal {
		e.Message += " Request " + p.RequestID + "."
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

func firstText(all ...string) string {
	for _, text := range all {
		if text != "" {
			return text
		}
	}
	return ""
}

// get decodes the answer to a GET.
func (r *remote) get(ctx context.Context, path string, into any) error {
	res, err := r.send(ctx, request{method: http.MethodGet, path: path})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return decode(res, into)
}

func decode(res *http.Response, into any) error {
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the server's answer cannot be read; is %s the platform?", res.Request.URL.Host)
	}
	return nil
}

// printJSON writes one indented object.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

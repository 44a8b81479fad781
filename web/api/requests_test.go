package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/api"
	"incubator/web/webtest"
)

func TestEveryErrorIsAProblem(t *testing.T) {
	f := newFixture(t)
	admin := []string{"Authorization", f.as(accounts.Administrator, accounts.ScopeAdmin)}
	json := append([]string{"Content-Type", "application/json"}, admin...)
	for _, c := range []struct {
		method, path, body string
		headers            []string
		want               int
		location           string
	}{
		{"GET", "/api/v1/nothing", "", nil, 404, ""},
		{"GET", "/api/v1/challenges/nothing", "", nil, 404, ""},
		{"GET", challenge + "/phases/nothing/leaderboard", "", nil, 404, ""},
		{"GET", challenge + "/phases/private/leaderboard", "", nil, 403, ""},
		{"GET", challenge + "/phases/open/leaderboard?format=xml", "", nil, 422, ""},
		{"PATCH", "/api/v1/challenges", "", nil, 405, ""},
		{"GET", "/api/v1/challenges?limit=0", "", nil, 422, "query.limit"},
		{"GET", "/api/v1/challenges?area=space", "", nil, 422, "query.area"},
		{"GET", "/api/v1/challenges?aera=data_fusion", "", nil, 422, "query.aera"},
		{"GET", "/api/v1/challenges?cursor=zzz", "", nil, 422, ""},
		{"GET", "/api/v1/runs?cursor=MTph", "", admin, 422, ""},
		{"GET", "/api/v1/me", "", nil, 401, ""},
		{"GET", "/api/v1/me", "", []string{"Authorization", "Bearer nonsense"}, 401, ""},
		{"POST", "/api/v1/teams", `{"name":""}`, json, 422, "body.name"},
		{"POST", "/api/v1/teams", `{"name":"x","colour":"red"}`, json, 422, "body.colour"},
		{"POST", "/api/v1/teams", `{"name":`, json, 400, "body"},
		{"POST", "/api/v1/teams", ``, json, 400, ""},
		{"POST", "/api/v1/teams", `name: x`, append([]string{"Content-Type", "application/yaml"}, admin...), 415, "body"},
		{"POST", "/api/v1/teams", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, json, 413, ""},
		{"POST", "/api/v1/teams", `{"name":"x"}`, []string{"Content-Type", "application/json", "Cookie", "session=" + f.Sessions[accounts.Administrator]}, 403, ""},
		{"GET", "/api/v1/submissions/none", "", admin, 404, ""},
		{"PUT", "/api/v1/users/none/roles", `{"roles":["king"]}`, json, 422, "body.roles[0]"},
	} {
		p := f.call(c.method, c.path, c.body, c.headers...)
		problem := p.problem(c.want)
		require.Equal(t, http.StatusText(c.want), problem.Title)
		if c.location != "" {
			require.NotEmpty(t, problem.Errors, "%s %s %s", c.method, c.path, p.body)
			require.Equal(t, c.location, problem.Errors[0].Location, p.body)
		}
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	f := newConfigured(t, api.Config{MaxUpload: 2 << 20}, web.Config{})
	base := challenge + "/phases/open/submissions"
	for _, c := range []struct {
		name, path, body, kind string
		want                   int
		text                   string
	}{
		{"empty", base + "?kind=results", "", "", 422, "empty"},
		{"no kind", base, "x", "", 422, "kind"},
		{"other kind", base + "?kind=image", "x", "", 422, "image"},
		{"closed", challenge + "/phases/past/submissions?kind=results", webtest.Predictions, "", 409, "closed"},
		{"columns", base + "?kind=results&file_name=p.csv", "id,value\na,1\n", "", 422, "score"},
		{"a form", base + "?kind=results", "--x", "multipart/form-data; boundary=x", 415, "not a form"},
		{"past the kind", base + "?kind=code", strings.Repeat("x", 1<<20+1), "", 413, "1 MiB"},
		{"past the platform", base + "?kind=results", strings.Repeat("x", 2<<20+1), "", 413, ""},
		{"somebody else's team", base + "?kind=results&team=other", webtest.Predictions, "", 403, "not a member"},
	} {
		headers := []string{}
		if c.kind != "" {
			headers = []string{"Content-Type", c.kind}
		}
		problem := f.by(accounts.Participant, accounts.ScopeSubmissionsWrite, "POST", c.path, c.body, headers...).problem(c.want)
		require.Contains(t, problem.Detail, c.text, c.name)
	}
	require.Empty(t, f.submissions())
}

func TestListsComeInPages(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.by(accounts.Participant, accounts.ScopeSubmissionsWrite, "POST", handIn, fmt.Sprintf("%se,0.%d\n", webtest.Predictions, i)).status(201)
	}
	lists := map[string]int{
		challenge + "/submissions?limit=2": 5, "/api/v1/users?limit=2": 7, "/api/v1/runs?limit=2": 5,
		"/api/v1/audit?limit=2&action=submission.": 5, "/api/v1/challenges?limit=1": 1,
	}
	for path, want := range lists {
		seen, next := map[string]bool{}, path
		for pages := 0; next != ""; pages++ {
			require.Less(t, pages, 10, path)
			res := f.by(accounts.Administrator, accounts.ScopeAdmin, "GET", next, "").status(200)
			var page api.Page[map[string]any]
			res.into(&page)
			for _, item := range page.Items {
				seen[fmt.Sprint(item["id"])] = true
			}
			next = ""
			if link := res.Header.Get("Link"); link != "" {
				require.NotEmpty(t, page.Next)
				next = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
				require.Contains(t, next, "limit=", "the filters stay")
			}
		}
		require.Len(t, seen, want, path)
	}
}

func TestAnswersCarryTheirTag(t *testing.T) {
	f := newFixture(t)
	for _, path := range []string{"/api/v1/challenges", challenge, challenge + "/phases/open/leaderboard",
		challenge + "/phases/open/leaderboard?format=csv", challenge + "/attachments/train.csv", "/api/v1/metrics"} {
		headers := []string{"Authorization", f.as(accounts.Participant, accounts.ScopeChallengesRead)}
		res := f.call("GET", path, "", headers...).status(200)
		tag := res.Header.Get("ETag")
		require.NotEmpty(t, tag, path)
		again := f.call("GET", path, "", append(headers, "If-None-Match", `"other", `+tag)...).status(http.StatusNotModified)
		require.Empty(t, again.body, path)
		f.call("GET", path, "", append(headers, "If-None-Match", `"other"`)...).status(200)
	}
}

func TestDownloadsInParts(t *testing.T) {
	f := newFixture(t)
	path := challenge + "/attachments/train.csv"
	auth := []string{"Authorization", f.as(accounts.Participant, accounts.ScopeChallengesRead)}
	get := func(headers ...string) reply { return f.call("GET", path, "", append(headers, auth...)...) }
	whole := get().status(200)
	require.Equal(t, webtest.Truth, whole.body)
	require.Equal(t, `attachment; filename=train.csv`, whole.Header.Get("Content-Disposition"))
	size := len(webtest.Truth)
	for _, c := range []struct {
		header, want, got string
		status            int
	}{
		{"bytes=0-1", "id", fmt.Sprintf("bytes 0-1/%d", size), 206},
		{"bytes=3-", webtest.Truth[3:], fmt.Sprintf("bytes 3-%d/%d", size-1, size), 206},
		{"bytes=-2", webtest.Truth[size-2:], fmt.Sprintf("bytes %d-%d/%d", size-2, size-1, size), 206},
		{"bytes=0-9999", webtest.Truth, fmt.Sprintf("bytes 0-%d/%d", size-1, size), 206},
		{"bytes=0-1,3-4", webtest.Truth, "", 200},
		{"lines=1-2", webtest.Truth, "", 200},
		{"bytes=x-2", webtest.Truth, "", 200},
		{"bytes=5-2", webtest.Truth, "", 200},
	} {
		res := get("Range", c.header).status(c.status)
		require.Equal(t, c.want, res.body, c.header)
		require.Equal(t, c.got, res.Header.Get("Content-Range"), c.header)
	}
	outside := get("Range", "bytes=9999-")
	outside.problem(416)
	require.Equal(t, fmt.Sprintf("bytes */%d", size), outside.Header.Get("Content-Range"))
	get("Range", "bytes=0-1", "If-Range", `"old"`).status(200)
	get("Range", "bytes=0-1", "If-Range", whole.Header.Get("ETag")).status(206)
	f.call("GET", challenge+"/attachments/none", "", auth...).problem(404)
}

package site_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/webtest"
)

func TestChallengePagesByReader(t *testing.T) {
	s := newChallengeSite(t)
	s.scored(1, func() {
		s.platform.StartJobs(t)
		s.submitted(s.as(accounts.Participant), s.kestrel, webtest.Predictions)
	})
	own := "/submissions/" + s.board().Rows[0].SubmissionID
	phase := "/console/phases/" + s.phase("open").ID
	readers := map[string]*browser{"guest": s.browser(), "member": s.as(accounts.Participant), "rival": s.rival, "organiser": s.as(accounts.Organiser)}
	for _, c := range []struct {
		path string
		want map[string]int // 303 is the way to the sign-in page
		says string
	}{
		{"/", all(200), "Open challenges"},
		{"/challenges", all(200), "Drifting Fleet"},
		{"/challenges?state=closed", all(200), "No challenge is closed now"},
		{challengePage, all(200), "Leaderboard, open"},
		{challengePage + "?tab=problem", all(200), "Problem"},
		{challengePage + "?tab=data", all(200), "train.csv"},
		{challengePage + "?phase=past", all(200), "The phase closed without a scored submission."},
		{challengePage + "?phase=nope", all(404), "This page does not exist"},
		{"/challenges/nope", all(404), "This page does not exist"},
		{challengePage + "/board?phase=open", all(200), "Kestrel"},
		{challengePage + "/board?phase=private", map[string]int{"guest": 403, "member": 403, "rival": 403, "organiser": 200}, ""},
		{challengePage + "/scores?phase=open", all(200), `"Kestrel"`},
		{challengePage + "/scores?phase=private", map[string]int{"guest": 403, "member": 403, "rival": 403, "organiser": 200}, ""},
		{challengePage + "/files/train.csv", all(200), "id,label"},
		{challengePage + "/files/truth.csv", all(404), ""},
		{challengePage + "/submit?phase=open", signedIn(200), "What do you submit?"},
		{challengePage + "/submissions", signedIn(200), "Submissions"},
		{own, map[string]int{"guest": 303, "member": 200, "rival": 404, "organiser": 200}, ""},
		{own + "/file", map[string]int{"guest": 303, "member": 200, "rival": 404, "organiser": 200}, ""},
		{own + "/output", map[string]int{"guest": 303, "member": 404, "rival": 404, "organiser": 200}, ""},
		{own + "/scorer-log", map[string]int{"guest": 303, "member": 404, "rival": 404, "organiser": 404}, ""},
		{"/console", staff(), ""},
		{phase, staff(), ""},
		{"/console/phases/nope", map[string]int{"guest": 303, "member": 403, "rival": 403, "organiser": 404}, ""},
	} {
		for name, b := range readers {
			a := b.send(http.MethodGet, c.path, nil)
			require.Equal(t, c.want[name], a.Status, "%s %s: %s", name, c.path, text(a.Body))
			if a.Status < 300 || a.Status >= 400 {
				a.says(c.says)
			}
		}
	}
	for name, status := range map[string]int{"guest": 401, "member": 403, "rival": 403} {
		b := readers[name]
		b.get("/challenges")
		for _, path := range []string{own + "/cancel", own + "/rerun", phase + "/rescore"} {
			require.Equal(t, status, b.post(path, "reason", "x").Status, "%s %s", name, path)
		}
	}
}

func all(status int) map[string]int {
	return map[string]int{"guest": status, "member": status, "rival": status, "organiser": status}
}

func signedIn(status int) map[string]int {
	m := all(status)
	m["guest"] = http.StatusSeeOther
	return m
}

func staff() map[string]int {
	return map[string]int{"guest": 303, "member": 403, "rival": 403, "organiser": 200}
}

func TestTheBoardChangesWithAScoredRun(t *testing.T) {
	s := newChallengeSite(t)
	guest, member := s.browser(), s.as(accounts.Participant)
	guest.get(challengePage+"/board?phase=open").says("Nobody is on this board yet").saysNot("Kestrel", "<html")
	s.scored(2, func() {
		s.platform.StartJobs(t)
		s.submitted(member, s.kestrel, webtest.Predictions)
		s.submitted(s.rival, s.osprey, "id,score\na,0.1\nb,0.2\nc,0.3\nd,0.4\n")
	})
	partial := guest.get(challengePage+"/board?phase=open").says("1 Osprey", "1.000", "2 Kestrel", "0.750")
	partial.saysNot(`class="mine"`, "/submissions/", "<html")
	mine := member.get(challengePage).says("Leaderboard, open", "you", "1,000", "stands with its best submission")
	require.Contains(t, mine.Body, `class="mine"`)
	require.Contains(t, mine.Body, "topics=challenge/"+s.platform.Challenge.ID+",team/"+s.kestrel.ID)
	require.NotContains(t, mine.Body, s.board().Rows[0].SubmissionID, "the other team's submission is not linked")
	member.get(challengePage+"?phase=private").says("This board is not shown now", "not shown to participants").saysNot("Osprey")
	s.as(accounts.Organiser).get(challengePage).says("Newest submissions", "You follow this challenge as an organiser.")
	s.as(accounts.Trainer).get(challengePage).says("Submissions come from teams.")
}

func TestDownloadsOfAChallenge(t *testing.T) {
	s := newChallengeSite(t)
	get := func(headers ...string) *http.Response {
		req := httptest.NewRequest(http.MethodGet, challengePage+"/files/train.csv", nil)
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		res, err := s.Fiber().Test(req, 10_000)
		require.NoError(t, err)
		return res
	}
	whole := get()
	require.Equal(t, http.StatusOK, whole.StatusCode)
	require.Equal(t, "text/csv; charset=utf-8", whole.Header.Get("Content-Type"))
	require.Equal(t, "attachment; filename=train.csv", whole.Header.Get("Content-Disposition"))
	tag := whole.Header.Get("ETag")
	require.Equal(t, `"`+s.platform.Challenge.Attachments[0].Blob.SHA256+`"`, tag)
	require.Equal(t, http.StatusNotModified, get("If-None-Match", tag).StatusCode)
	part := get("Range", "bytes=3-7", "If-Range", tag)
	require.Equal(t, http.StatusPartialContent, part.StatusCode)
	require.EqualValues(t, 5, part.ContentLength)
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, get("Range", "bytes=9999-").StatusCode)
}

func TestHomeSaysWhatIsNext(t *testing.T) {
	s := newChallengeSite(t)
	s.browser().get("/").says("Take part", "Open challenges", "Drifting Fleet", "Scored submissions").saysNot("Welcome back")
	member := s.as(accounts.Participant)
	member.get("/").says("Welcome back, Ida", "Submit to Drifting Fleet", "1,000 of 1,000 left today", "No board yet")
	s.submitted(member, s.kestrel, webtest.Predictions)
	member.get("/").says("#1 first try is queued", "999 of 1,000 left today")
	s.rival.get("/").saysNot("first try")
	s.as(accounts.Organiser).get("/").says("Runs and health", "1 waiting, 0 working")
}

package scoring_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
)

// bad is an upload and what its sender reads.
type bad struct {
	name string
	kind scenarios.Kind
	file string
	body io.Reader
	want string
}

// TestBadUploads prints what a participant reads. Nothing of what is refused stays,
// and the limits are not touched.
func TestBadUploads(t *testing.T) {
	r := newRig(t, dbtest.New(t), "tables", func(s *scenarios.Spec) { s.Phases[0].Limits = scenarios.PhaseLimits{PerDay: 1} })
	team := r.team("Team")
	for _, c := range append(badTables(), badArchives(t)...) {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.Submit(t.Context(), r.captain, scoring.SubmitRequest{
				PhaseID: r.phase("one").ID, TeamID: team, Kind: c.kind, FileName: c.file, Body: c.body,
			})
			t.Log(errs.MessageOf(err))
			require.Equal(t, errs.Invalid, errs.CodeOf(err))
			require.Contains(t, errs.MessageOf(err), c.want)
			var known *errs.Error
			require.ErrorAs(t, err, &known)
			require.Contains(t, known.Fields, "file")
		})
	}
	all, err := r.Submissions(t.Context(), r.captain, scoring.SubmissionFilter{ChallengeID: r.challenge.ID, TeamID: team})
	require.NoError(t, err)
	require.Empty(t, all)
	left, err := r.Left(t.Context(), r.phase("one"), team)
	require.NoError(t, err)
	require.Equal(t, 1, left.Today)
}

func badTables() []bad {
	csv := func(text string) io.Reader { return strings.NewReader(text) }
	table := func(name, body, want string) bad {
		return bad{name, scenarios.Results, "prediction.csv", csv(body), want}
	}
	return []bad{
		table("an empty file", "", "the file is empty"),
		table("wrong columns", "key,value\n1,2\n", "no column id; it has key, value"),
		table("a column is missing", "id,label\n1,2\n", "no column score; it has id, label"),
		table("no rows", "id,score\n", "no"),
		table("NaN", "id,score\n1,0.5\n2,NaN\n", "line 3"),
		table("infinity", "id,score\n1,-Inf\n", "line 2"),
		table("too large a number", "id,score\n1,1e999\n", "line 2"),
		table("no number", "id,score\n1,high\n", "line 2"),
		table("a duplicate id", "id,score\n1,0.5\n2,0.5\n1,0.7\n", "line 4"),
		table("an empty id", "id,score\n,0.5\n", "line 2"),
		table("a short row", "id,score\n1\n", "line 2"),
		table("an open quote", "id,score\n\"1,0.5\n", "line 2"),
		table("a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "line 1"),
		table("bytes that are no text", "id,score\n\xff\xfe,0.5\n", "line 2"),
		{"ten million rows", scenarios.Results, "prediction.csv", rows(10_000_000), "100000"},
		{"a thousand levels of JSON", scenarios.Results, "prediction.jsonl",
			csv(`{"id": 1, "score": 0.5, "x": ` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}\n"), "line 1"},
		{"broken JSON", scenarios.Results, "prediction.jsonl", csv("{\"id\": 1, \"score\": 0.5}\n{\"id\": 2,\n"), "line 2"},
	}
}

// rows streams a table of n rows.
func rows(n int) io.Reader {
	var chunk bytes.Buffer
	next := -1
	return readerFunc(func(p []byte) (int, error) {
		for chunk.Len() < len(p) && next < n {
			if next++; next == 0 {
				chunk.WriteString("id,score\n")
			} else {
				fmt.Fprintf(&chunk, "%d,0.5\n", next)
			}
		}
		return chunk.Read(p)
	})
}

func badArchives(t *testing.T) []bad {
	code := func(name string, body []byte, want string) bad {
		return bad{name, scenarios.Code, "program", bytes.NewReader(body), want}
	}
	entry := func(h tar.Header) []byte { return tarEntries(t, []tar.Header{h}) }
	good := program(t, "run")
	return []bad{
		code("a program that is no archive", []byte("print('hello')\n"), "archive"),
		code("a program cut off", good[:700], "archive"),
		code("an archive without a file", tarEntries(t, nil), "empty"),
		code("a zip bomb", zipOf(t, "zeros", io.LimitReader(zeros{}, 100<<20)), "zeros"),
		code("path traversal", entry(tar.Header{Typeflag: tar.TypeReg, Name: "../../etc/passwd"}), `"../../etc/passwd"`),
		code("path traversal in zip", zipOf(t, "../evil", strings.NewReader("x")), `"../evil"`),
		code("an absolute path", entry(tar.Header{Typeflag: tar.TypeReg, Name: "/etc/passwd"}), `"/etc/passwd"`),
		code("a symbolic link", entry(tar.Header{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc/passwd"}), "symbolic link"),
		code("a hard link", entry(tar.Header{Typeflag: tar.TypeLink, Name: "link", Linkname: "other"}), "hard link"),
		code("a device", entry(tar.Header{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}), "device"),
		code("100,001 entries", gzipped(t, manyEntries(t, 100_001)), "more than 20000 entries"),
		code("a sparse file of 4 GiB", sparse(t), "sparse"),
		code("a name that is not UTF-8 in tar", entry(tar.Header{Typeflag: tar.TypeReg, Name: "\xff\xfe", Format: tar.FormatGNU}), "UTF-8"),
		code("a name that is not UTF-8 in zip", zipOf(t, "\xff\xfe", strings.NewReader("x")), "UTF-8"),
		code("a broken description", tarOf(t, map[string]string{"metadata.yaml": "command: [\n"}), "metadata.yaml"),
		code("an open quote in the command", program(t, `python "main.py`), "open quote"),
		{"an archive in an archive", scenarios.Results, "all.zip", bytes.NewReader(zipOf(t, "inner.zip", bytes.NewReader(zipOf(t, "zeros", io.LimitReader(zeros{}, 100<<20))))), "no prediction.csv"},
		{"an image that is none", scenarios.Image, "image.tar", strings.NewReader("hello"), "image"},
		{"an image without a manifest", scenarios.Image, "image.tar", bytes.NewReader(good), "manifest"},
		{"an image cut off", scenarios.Image, "image.tar", bytes.NewReader(tarOf(t, map[string]string{"manifest.json": `[{"Config":"c.json","Layers":["l.tar"]}]`})), "c.json"},
		{"a document that is neither", scenarios.Document, "proposal.docx", bytes.NewReader(zipOf(t, "word/document.xml", strings.NewReader("x"))), "PDF"},
		{"a PDF cut off", scenarios.Document, "proposal.pdf", strings.NewReader("%PDF-1.7\n1 0 obj\n"), "cut off"},
		{"a document too large", scenarios.Document, "proposal.md", io.LimitReader(zeros{}, 64<<10+1), "larger than the limit of 64 KiB"},
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func tarEntries(t *testing.T, headers []tar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range headers {
		require.NoError(t, w.WriteHeader(&h))
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func manyEntries(t *testing.T, n int) []byte {
	headers := make([]tar.Header, n)
	for i := range headers {
		headers[i] = tar.Header{Typeflag: tar.TypeReg, Name: fmt.Sprint(i)}
	}
	return tarEntries(t, headers)
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func zipOf(t *testing.T, name string, content io.Reader) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	f, err := w.Create(name)
	require.NoError(t, err)
	_, err = io.Copy(f, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// sparse is an archive with a PAX sparse file that claims 4 GiB in no bytes. The
// writer of the standard library makes none, so the type is patched in.
func sparse(t *testing.T) []byte {
	data := tarEntries(t, []tar.Header{{Typeflag: tar.TypeReg, Name: "sparse", Format: tar.FormatGNU}})
	data[156] = 'S'
	copy(data[386:], "00000000000\x0000000000000\x00") // one extent of no bytes
	copy(data[483:], "40000000000\x00")                // of 4 GiB
	copy(data[148:156], "        ")
	sum := 0
	for _, b := range data[:512] {
		sum += int(b)
	}
	copy(data[148:], fmt.Sprintf("%06o\x00 ", sum))
	return data
}

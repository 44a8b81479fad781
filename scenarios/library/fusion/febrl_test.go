package fusion_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/internal/realdata"
	"incubator/platform/errs"
	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
)

func TestImportRealFEBRL(t *testing.T) {
	real := filepath.Join(realdata.Dir(t), "febrl")
	for _, c := range []struct {
		name              string
		records, entities int
		floor             float64
	}{
		{"dataset1", 1000, 500, 0.95},
		{"dataset3", 5000, 2000, 0.93},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := t.TempDir()
			report, err := fusion.ImportFEBRL(context.Background(), filepath.Join(real, c.name+".csv"), generate.Dir(out))
			require.NoError(t, err)
			require.Equal(t, c.records, report.Records)
			require.Equal(t, c.entities, report.Groups["entities"])
			require.Empty(t, report.Skipped)
			truth := clusterFile(t, filepath.Join(out, "truth", "truth.csv"))
			require.Len(t, truth, c.records)
			require.Equal(t, c.entities, distinct(truth))
			bcubed, _ := play(t, out, "python3", "pack/baseline/baseline.py")
			require.Greater(t, bcubed, c.floor)
			require.Less(t, bcubed, 1.0)
			t.Logf("baseline B-cubed F1 %.4f", bcubed)
		})
	}
}

func TestImportFEBRLFolderKeepsDataSetsApart(t *testing.T) {
	out := t.TempDir()
	report, err := fusion.ImportFEBRL(context.Background(), filepath.Join(realdata.Dir(t), "febrl"), generate.Dir(out))
	require.NoError(t, err)
	require.Equal(t, 6000, report.Records)
	require.Equal(t, 2500, report.Groups["entities"])
	require.Equal(t, 2500, distinct(clusterFile(t, filepath.Join(out, "truth", "truth.csv"))))
}

const febrlHeader = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id\n"

func TestImportFEBRLReportsWhatItSkips(t *testing.T) {
	src := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(src, []byte(febrlHeader+
		"rec-7-org, ada, byron, 3, mill lane, rose cottage, ashford, 2000, nsw, 19011231, 1234567\n"+
		"rec-7-dup-0, ada, byrne, , mill lane, , ashford, 2000, nsw, 1901, \n"+
		"rec-7-org, ada, byron, 3, mill lane, rose cottage, ashford, 2000, nsw, 19011231, 1234567\n"+
		"person-9, x, y, , , , , , , , \n"+
		"rec-8-org, too, few\n"+
		"rec-9-org, a \"quoted\" name, y, , , , , , , , \n"), 0o600))
	out := t.TempDir()
	report, err := fusion.ImportFEBRL(context.Background(), src, generate.Dir(out))
	require.NoError(t, err)
	require.Equal(t, 2, report.Records)
	lines, reasons := []int{}, ""
	for _, skipped := range report.Skipped {
		require.Equal(t, "people.csv", skipped.File)
		lines, reasons = append(lines, skipped.Line), reasons+skipped.Reason+"\n"
	}
	require.Equal(t, []int{4, 5, 6, 7}, lines)
	for _, want := range []string{"seen before", "rec_id is not", "not 11", "quote"} {
		require.Contains(t, reasons, want)
	}
	reports, err := os.ReadFile(filepath.Join(out, "reports", "people.csv"))
	require.NoError(t, err)
	require.Contains(t, string(reports), ",,12/31/1901,,ada byron,3 mill lane,rose cottage,ashford,2000,nsw,,,ref:1234567,,\n")
	require.NotContains(t, string(reports), "rec-")
	for id, cluster := range clusterFile(t, filepath.Join(out, "truth", "truth.csv")) {
		require.Equal(t, "people-7", cluster)
		require.NotContains(t, id, "7-")
	}
}

func TestImportFEBRLRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for name, c := range map[string]struct {
		src, message string
		code         errs.Code
	}{
		"columns": {write("a.csv", "id,name\n1,x\n"), "a.csv: line 1: expected the columns rec_id, given_name", errs.Invalid},
		"empty":   {write("b.csv", ""), "b.csv: line 1", errs.Invalid},
		"no rows": {write("c.csv", febrlHeader), "c.csv holds no FEBRL record", errs.Invalid},
		"missing": {filepath.Join(dir, "none.csv"), "does not exist", errs.NotFound},
		"folder":  {t.TempDir(), "holds no .csv file", errs.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fusion.ImportFEBRL(context.Background(), c.src, generate.Dir(t.TempDir()))
			require.Equal(t, c.code, errs.CodeOf(err))
			require.Contains(t, errs.MessageOf(err), c.message)
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := fusion.ImportFEBRL(ctx, write("d.csv", febrlHeader+strings.Repeat("x\n", 3)), generate.Dir(t.TempDir()))
	require.ErrorIs(t, err, context.Canceled)
}

func distinct(truth map[string]string) int {
	seen := map[string]bool{}
	for _, cluster := range truth {
		seen[cluster] = true
	}
	return len(seen)
}

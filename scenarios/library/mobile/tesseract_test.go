package mobile_test

import (
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

// fair returns a timeline of some months that breaks no rule.
func fair(months ...string) mobile.Timeline {
	t := mobile.Timeline{}
	for _, month := range months {
		t[month] = mobile.Count{Goodware: 900, Malware: 100}
	}
	return t
}

func TestCheckTESSERACT(t *testing.T) {
	cases := map[string]struct {
		train, test mobile.Timeline
		want        []mobile.Rule
		says        string
	}{
		"fair": {fair("2024-01", "2024-02"), fair("2024-03", "2024-04"), nil, ""},
		"overlap": {fair("2024-01", "2024-03"), fair("2024-03", "2024-04"),
			[]mobile.Rule{mobile.TrainingFirst}, "training runs to 2024-03 and testing starts in 2024-03"},
		"one class in a training month": {mobile.Timeline{"2024-01": {Goodware: 5}}, fair("2024-03", "2024-04"),
			[]mobile.Rule{mobile.BothClasses}, "missing in training 2024-01"},
		"one class in a test month": {fair("2024-01"), mobile.Timeline{"2024-02": {Goodware: 1900, Malware: 200}, "2024-03": {Malware: 20}},
			[]mobile.Rule{mobile.BothClasses}, "missing in testing 2024-03"},
		"half malware": {fair("2024-01"), mobile.Timeline{"2024-02": {Goodware: 1000, Malware: 1000}},
			[]mobile.Rule{mobile.RealisticRatio}, "50.0 % of the tested apps"},
		"almost no malware": {fair("2024-01"), mobile.Timeline{"2024-02": {Goodware: 1000, Malware: 10}},
			[]mobile.Rule{mobile.RealisticRatio}, "1.0 % of the tested apps"},
		"few negatives": {fair("2024-01"), mobile.Timeline{"2024-02": {Goodware: 999, Malware: 100}},
			[]mobile.Rule{mobile.EnoughNegatives}, "999 negatives"},
		"no time": {mobile.Timeline{"": {Goodware: 7, Malware: 37}}, mobile.Timeline{"": {Goodware: 8, Malware: 37}},
			[]mobile.Rule{mobile.TimeKnown, mobile.RealisticRatio, mobile.EnoughNegatives}, "89 apps have no time"},
		"no test apps": {fair("2024-01"), mobile.Timeline{},
			[]mobile.Rule{mobile.RealisticRatio, mobile.EnoughNegatives}, "no apps to test"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var rules []mobile.Rule
			messages := ""
			for _, v := range mobile.CheckTESSERACT(c.train, c.test) {
				rules = append(rules, v.Rule)
				messages += v.Message + "\n"
				require.Equal(t, v.Rule == mobile.EnoughNegatives, v.Warning)
			}
			require.Equal(t, c.want, rules)
			require.Contains(t, messages, c.says)
		})
	}
}

// The data sets of the pack keep every rule, the warning included.
func TestGeneratedSetsKeepTheRules(t *testing.T) {
	for _, set := range challenge(t).DataSets {
		dir := onDisk(t, set.options())
		train, test, err := mobile.ReadTimelines(os.DirFS(dir))
		require.NoError(t, err)
		require.Empty(t, mobile.CheckTESSERACT(train, test), set.Name)
		months := map[string]int{generate.Train: 3, generate.Test: 12}
		require.Len(t, test, months[set.Generator.Split])
	}
}

func TestReadTimelinesNamesTheFault(t *testing.T) {
	const app = `{"first_seen":"2024-01-05","label":1}`
	const truth = "id,label,time\na,0,2024-02\n"
	for name, c := range map[string]struct{ train, truth, says string }{
		"json":     {app + "\n{", truth, "record 2 is not valid JSON"},
		"no label": {`{"first_seen":"2024-01-05"}`, truth, "record 1: label must be 0 or 1"},
		"label":    {app, "id,label,time\na,0,2024-02\nb,2,2024-02\n", "line 3: label must be 0 or 1"},
		"columns":  {app, "id,label\na,0\n", "line 1: the columns must be id,label,time"},
		"ragged":   {app, "id,label,time\na,0\n", "wrong number of fields"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := mobile.ReadTimelines(fstest.MapFS{
				mobile.TrainFile: {Data: []byte(c.train)}, mobile.TruthFile: {Data: []byte(c.truth)}})
			require.Equal(t, errs.Invalid, errs.CodeOf(err))
			require.Contains(t, errs.MessageOf(err), c.says)
		})
	}
	_, _, err := mobile.ReadTimelines(fstest.MapFS{})
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	train, test, err := mobile.ReadTimelines(fstest.MapFS{
		mobile.TrainFile: {Data: []byte(app)}, mobile.TruthFile: {Data: []byte(truth + "b,1,0\n")}})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(mobile.Timeline{"2024-01": {Malware: 1}}), fmt.Sprint(train))
	require.Equal(t, mobile.Timeline{"2024-02": {Goodware: 1}, "": {Malware: 1}}, test)
}

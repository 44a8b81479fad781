package site

import (
	"strconv"
	"strings"
	"time"

	"incubator/scenarios"
	"incubator/scoring/metrics"
	"incubator/web/pages"
)

// moment returns t as seen from now; the zero time stays "never".
func (s *Site) moment(t time.Time) pages.Moment { return pages.Moment{At: t, Now: s.Now()} }

// areaKeys maps the areas of packs to those of pages.
var areaKeys = map[scenarios.Area]string{
	scenarios.SituationalAwareness: "awareness", scenarios.DataFusion: "fusion", scenarios.MobileSecurity: "mobile",
}

func areaOf(a scenarios.Area) pages.Area { return pages.AreaOf(areaKeys[a]) }

// scoreOf returns the value of a metric as pages write it; ok false is a missing
// score. Platforms without intervals have bounds equal to the value.
func scoreOf(m scenarios.Metric, value float64, ok bool) pages.Score {
	return pages.Score{
		Metric: m.Title, Value: value, Low: value, High: value, Missing: !ok, Unit: m.Unit, Precision: decimals(m),
	}
}

// ratioDecimals is how a ratio is written when its pack does not say.
const ratioDecimals = 3

func decimals(m scenarios.Metric) int {
	if m.Precision > 0 {
		return m.Precision
	}
	if known, err := metrics.Lookup(m.Name); err == nil && known.Unit == "ratio" {
		return ratioDecimals
	}
	return 0
}

// meaningOf returns the definition of a metric for readers; a metric of a scoring
// program has the direction alone.
func meaningOf(m scenarios.Metric) string {
	better := "Higher is better."
	if m.Direction == scenarios.Lower {
		better = "Lower is better."
	}
	if known, err := metrics.Lookup(m.Name); err == nil {
		return known.Definition + " " + better
	}
	return better
}

// count writes a number of things with the right form of the noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands groups the digits of a number.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// percent returns how much of a span is over, from 0 to 100.
func percent(part, whole float64) int {
	if whole <= 0 {
		return 0
	}
	return int(min(100, max(0, 100*part/whole)))
}

// kindWords is how each kind of submission is called and drawn.
var kindWords = map[scenarios.Kind]pages.SubmissionKind{
	scenarios.Results: {Key: "results", Title: "Results", Icon: pages.IconTable, Text: "What your program found at home, as a table."},
	scenarios.Code:    {Key: "code", Title: "Code", Icon: pages.IconCode, Text: "An archive that is run in a sandbox here."},
	scenarios.Image:   {Key: "image", Title: "Image", Icon: pages.IconImage, Text: "A container image, saved as an archive."},
	scenarios.Document: {Key: "document", Title: "Document", Icon: pages.IconDocument,
		Text: "A proposal that evaluators read."},
}

// capital returns the text with a capital first. Messages of the domain are ASCII
// at their beginning.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// cpus writes a number of processors, which may be a fraction.
func cpus(n float64) string {
	if n == 1 {
		return "1 CPU"
	}
	return strconv.FormatFloat(n, 'g', 3, 64) + " CPUs"
}

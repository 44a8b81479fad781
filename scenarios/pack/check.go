package pack

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"incubator/scenarios"
)

// checker reports what a schema cannot say: names that refer to nothing, values
// that contradict each other, files that are not there.
type checker struct {
	doc  *document
	pack *Pack
}

func (c *checker) all() {
	c.pages()
	c.folder([]string{"starter"}, c.pack.Spec.Starter)
	c.dataSets()
	c.grading()
	c.kinds()
	c.phases()
	c.rubric()
	c.references()
}

func (c *checker) report(path []string, format string, args ...any) {
	c.doc.report(path, format, args...)
}

func at(list string, i int, field ...string) []string {
	path := append(strings.Split(list, "."), strconv.Itoa(i))
	return append(path, field...)
}

// duplicates reports each name that stands in the list before.
func (c *checker) duplicates(list, field string, names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			c.report(at(list, i, field), "%q is there twice", name)
		}
		seen[name] = true
	}
}

func (c *checker) pages() {
	for i := range c.pack.Spec.Pages {
		page := &c.pack.Spec.Pages[i]
		place := at("pages", i, "file")
		if !clean(page.File) {
			c.report(place, "%q leads out of the pack", page.File)
			continue
		}
		body, err := readText(c.pack.Root, page.File)
		if err != nil {
			c.report(place, "%s: %s", page.File, err)
			continue
		}
		page.Body = string(body)
	}
}

func (c *checker) folder(place []string, name string) {
	if name == "" {
		return
	}
	if !clean(name) {
		c.report(place, "%q leads out of the pack", name)
	} else if info, err := fs.Stat(c.pack.Root, name); err != nil || !info.IsDir() {
		c.report(place, "there is no folder %s in the pack", name)
	}
}

func (c *checker) dataSets() {
	names := make([]string, len(c.pack.Spec.DataSets))
	for i, set := range c.pack.Spec.DataSets {
		names[i] = set.Name
		if set.Generator == nil {
			c.folder(at("data_sets", i, "name"), InputFolder(set.Name))
		}
	}
	c.duplicates("data_sets", "name", names)
}

func (c *checker) grading() {
	grading := c.pack.Spec.Grading
	keys := make([]string, len(grading.Metrics))
	primaries := 0
	for i, metric := range grading.Metrics {
		keys[i] = metric.Key
		if metric.Primary {
			primaries++
		}
	}
	c.duplicates("grading.metrics", "key", keys)
	if primaries != 1 {
		c.report([]string{"grading", "metrics"}, "exactly one metric is primary, not %d", primaries)
	}
	for i, key := range grading.TieBreaks {
		if !slices.Contains(keys, key) {
			c.report(at("grading.tie_breaks", i), "there is no metric with the key %q", key)
		}
	}
	if grading.Scoring != nil {
		c.folder([]string{"grading", "scoring", "program"}, grading.Scoring.Program)
	}
}

func (c *checker) kinds() {
	for kind, spec := range c.pack.Spec.Kinds {
		if kind == scenarios.Results && len(spec.Files) == 0 {
			c.report([]string{"kinds", string(kind)}, "say with files which tables a results submission holds")
		}
		if kind == scenarios.Code && spec.Runtime == "" {
			c.report([]string{"kinds", string(kind)}, "say with runtime in which image code runs")
		}
	}
}

func (c *checker) phases() {
	// Distances and cron expressions hold for any moment, so any base will do.
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	names := make([]string, len(c.pack.Spec.Phases))
	for i, phase := range c.pack.Spec.Phases {
		names[i] = phase.Name
		if _, err := phase.Window(base); err != nil {
			c.report(at("phases", i, "opens"), "%s", err)
		}
		if !slices.ContainsFunc(c.pack.Spec.DataSets, func(set scenarios.DataSetSpec) bool { return set.Name == phase.DataSet }) {
			c.report(at("phases", i, "data_set"), "there is no data set %q", phase.DataSet)
		}
		if c.takesResults(phase) && c.visibility(phase.DataSet) == scenarios.Hidden {
			c.report(at("phases", i, "data_set"), "results cannot be made from inputs that nobody gets: "+
				"give data set %s the visibility inputs, or leave results out of the kinds of this phase", phase.DataSet)
		}
		for j, kind := range phase.Kinds {
			if _, ok := c.pack.Spec.Kinds[kind]; !ok {
				c.report(at("phases", i, "kinds", strconv.Itoa(j)), "the challenge does not take the kind %s", kind)
			}
		}
		if i == 0 && phase.Carry != "" && phase.Carry != scenarios.CarryNone {
			c.report(at("phases", i, "carry"), "the first phase has none before it to carry submissions from")
		}
	}
	c.duplicates("phases", "name", names)
}

func (c *checker) takesResults(phase scenarios.PhaseSpec) bool {
	_, known := c.pack.Spec.Kinds[scenarios.Results]
	return known && (len(phase.Kinds) == 0 || slices.Contains(phase.Kinds, scenarios.Results))
}

func (c *checker) visibility(dataSet string) scenarios.Visibility {
	for _, set := range c.pack.Spec.DataSets {
		if set.Name == dataSet {
			return set.Visibility
		}
	}
	return ""
}

func (c *checker) rubric() {
	name := c.pack.Spec.RubricFile
	if name == "" {
		return
	}
	if !clean(name) {
		c.report([]string{"rubric"}, "%q leads out of the pack", name)
		return
	}
	data, err := readText(c.pack.Root, name)
	if err != nil {
		c.report([]string{"rubric"}, "%s: %s", name, err)
		return
	}
	doc := parseDocument(name, data)
	if len(doc.problems) == 0 {
		doc.validate(compiledRubric())
	}
	if len(doc.problems) == 0 {
		c.pack.Spec.Rubric = &scenarios.Rubric{}
		doc.decode(c.pack.Spec.Rubric)
	}
	c.doc.problems = append(c.doc.problems, doc.problems...)
}

func (c *checker) references() {
	for i, reference := range c.pack.Spec.Reference {
		c.folder(at("reference", i, "path"), reference.Path)
		if reference.Phase != "" && !slices.ContainsFunc(c.pack.Spec.Phases, func(p scenarios.PhaseSpec) bool { return p.Name == reference.Phase }) {
			c.report(at("reference", i, "phase"), "there is no phase %q", reference.Phase)
		}
		for key := range reference.Expect {
			if _, ok := c.pack.Spec.Grading.Metric(key); !ok {
				c.report(at("reference", i, "expect", key), "there is no metric with the key %q", key)
			}
		}
		if _, ok := c.pack.Spec.Kinds[reference.Kind]; !ok {
			c.report(at("reference", i, "kind"), "the challenge does not take the kind %s", reference.Kind)
		}
	}
}

// InputFolder returns where the pack keeps the inputs of a data set.
func InputFolder(dataSet string) string { return fmt.Sprintf("data/%s/input", dataSet) }

// TruthFolder returns where the pack keeps the truth of a data set.
func TruthFolder(dataSet string) string { return fmt.Sprintf("data/%s/truth", dataSet) }
